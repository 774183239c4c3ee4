import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { localDate, utcMonth } from '../../src/index.ts'
import { civil, dateOf, dayOf, epochDay, monthIndexOf, monthName } from '../../src/time/calendar.ts'
import { zoneClock } from '../../src/time/zone.ts'
import { runs, zones } from '../invented/arbitrary.ts'

const instants = fc.integer({ min: 946_684_800, max: 4_102_444_800 })
const plain = (second: number, zone: string): string =>
  Temporal.Instant.fromEpochMilliseconds(second * 1000)
    .toZonedDateTimeISO(zone)
    .toPlainDate()
    .toString()

describe('the local date of an instant', () => {
  test('is that of Temporal, in every zone', () => {
    fc.assert(
      fc.property(instants, zones, (second, zone) => {
        assert.equal(localDate(second * 1000, zone), plain(second, zone))
      }),
      runs,
    )
  })

  test('is that of Temporal around every clock change and every midnight', () => {
    fc.assert(
      fc.property(instants, zones, fc.integer({ min: -2, max: 2 }), (second, zone, around) => {
        const at = Temporal.Instant.fromEpochMilliseconds(second * 1000).toZonedDateTimeISO(zone)
        const change = at.getTimeZoneTransition('next') ?? at
        const midnight = change.startOfDay()
        for (const exact of [change, midnight]) {
          const near = exact.epochMilliseconds / 1000 + around
          assert.equal(localDate(near * 1000, zone), plain(near, zone))
        }
      }),
      runs,
    )
  })

  test('is exact at a clock change whatever was asked before', () => {
    const change = Date.UTC(2026, 2, 8, 7) / 1000
    const clock = zoneClock('America/New_York')
    for (const before of [change - 1, change, change + 1, change - 86_400 * 200, change + 86_400 * 300]) {
      for (const [second, hours] of [
        [change - 1, -5],
        [change, -4],
      ] as const) {
        clock.offsetAt(before)
        assert.equal(clock.offsetAt(second), hours * 3600)
      }
    }
  })

  test('has a first instant: the second before it is of an earlier date', () => {
    fc.assert(
      fc.property(instants, zones, (second, zone) => {
        const clock = zoneClock(zone)
        const day = clock.dayAt(second)
        const start = clock.startOf(day)
        assert.equal(clock.dayAt(start), day)
        assert.ok(clock.dayAt(start - 1) < day)
      }),
      runs,
    )
  })

  test('is refused for a zone that is not in the database', () => {
    assert.throws(() => localDate(0, 'Mars/Olympus'), RangeError)
  })
})

describe('the calendar', () => {
  test('agrees with Temporal on every day of 200 years', () => {
    let date = Temporal.PlainDate.from('1900-01-01')
    for (let day = epochDay(1900, 1, 1); date.year < 2101; day += 1, date = date.add({ days: 1 })) {
      assert.equal(dateOf(day), date.toString())
      assert.deepEqual(civil(day), { year: date.year, month: date.month, day: date.day })
    }
  })

  test('refuses what is no date', () => {
    for (const wrong of ['2026-02-29', '2026-13-01', '2026-1-1', 'today', '2026-04-31']) {
      assert.throws(() => dayOf(wrong), RangeError)
    }
    for (const wrong of ['2026-00', '2026-13', '1969-12', '26-1'])
      assert.throws(() => monthIndexOf(wrong), RangeError)
    assert.equal(monthName(monthIndexOf('2026-12')), '2026-12')
    assert.equal(monthIndexOf('1970-01'), 0)
  })

  test('files an instant under its UTC month', () => {
    assert.equal(utcMonth(Date.UTC(2024, 1, 29, 23, 59, 59, 999)), '2024-02')
    assert.equal(utcMonth(Date.UTC(2024, 2, 1)), '2024-03')
  })
})
