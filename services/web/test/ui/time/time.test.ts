import assert from 'node:assert/strict'
import { test } from 'node:test'
import { agoText } from '../../../src/ui/time/ago.ts'
import { rateText, serverNow } from '../../../src/ui/time/clock.ts'
import { hoursText, minutesText, spokenMinutes } from '../../../src/ui/time/duration.ts'
import { addDays } from '../../../src/ui/time/local-date.ts'
import { addMonths, localMonth, monthText } from '../../../src/ui/time/month.ts'
import { clockText, dayText, isoDate, zoneShort } from '../../../src/ui/time/zoned.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs

test('the server’s clock goes on between messages at its own rate and never back', () => {
  const clock = { now: 1_000_000, atMs: 500, rate: 720 }
  assert.equal(serverNow(clock, 1_500), 1_000_000 + 720_000)
  assert.equal(serverNow(clock, 100), 1_000_000)
})

test('a rate is told only when it is not everybody’s', () => {
  assert.equal(rateText(1), undefined)
  assert.equal(rateText(720), 'the clock runs 720× faster than yours')
  assert.equal(rateText(0.5), 'the clock runs at 0.5× the speed of yours')
})

test('tells how long ago in one unit', () => {
  const texts = [-5, 0, minuteMs - 1, minuteMs, hourMs, 47 * hourMs, 48 * hourMs].map((ms) => agoText(0, ms))
  assert.deepEqual(texts, [
    'just now',
    'just now',
    'just now',
    '1 min ago',
    '1 h ago',
    '47 h ago',
    '2 days ago',
  ])
})

test('adds days over months, years and the days when clocks change', () => {
  assert.equal(addDays('2024-02-28', 1), '2024-02-29')
  assert.equal(addDays('2025-12-31', 1), '2026-01-01')
  assert.equal(addDays('2026-03-01', 29), '2026-03-30')
})

test('shows an instant in the practice’s zone', () => {
  const instantMs = Date.UTC(2026, 2, 4, 4, 5)
  assert.equal(dayText(instantMs, 'America/New_York'), 'Tue, Mar 3, 2026')
  assert.equal(clockText(instantMs, 'America/New_York'), '11:05 PM')
  assert.equal(zoneShort(instantMs, 'America/New_York'), 'EST')
  assert.equal(zoneShort(Date.UTC(2026, 6, 1), 'America/New_York'), 'EDT')
})

test('a zone that this runtime does not know is shown in UTC, not thrown on', () => {
  assert.equal(zoneShort(0, 'Mars/Olympus'), 'UTC')
  assert.match(clockText(0, 'Mars/Olympus'), /12:00 AM/)
})

test('writes minutes as they are counted: a second that is not over is not there', () => {
  assert.deepEqual([-1, 0, 7.9, 599.99, 1_199, 5_100].map(minutesText), [
    '0:00',
    '0:00',
    '0:07',
    '9:59',
    '19:59',
    '85:00',
  ])
  assert.equal(spokenMinutes(61), '1 minute 1 second')
  assert.equal(spokenMinutes(1_200), '20 minutes')
  assert.deepEqual([0, 59, 3_599, 11_100].map(hoursText), ['0 min', 'under 1 min', '59 min', '3 h 05 min'])
})

test('months follow each other over years, and are those of the zone', () => {
  assert.equal(addMonths('2026-01', -1), '2025-12')
  assert.equal(addMonths('2026-11', 2), '2027-01')
  assert.equal(localMonth(Date.UTC(2026, 3, 1, 3), 'America/New_York'), '2026-03')
  assert.equal(isoDate(Date.UTC(2026, 3, 1, 3), 'America/New_York'), '2026-03-31')
  assert.equal(monthText('2026-03'), 'March 2026')
})
