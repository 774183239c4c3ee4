import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { dateOf, zoneClock } from '@cufflink/folds'
import { runs, zones } from '@cufflink/folds/invented/arbitrary'
import { at, DAY } from '@cufflink/folds/invented/facts'
import fc from 'fast-check'
import { perLocalDay } from '../../src/minutes/local-days.ts'

const newYork = zoneClock('America/New_York')
const split = (start: number, end: number, clock = newYork) =>
  [...perLocalDay([{ start, end }], clock)].map(([day, parts]) => [
    dateOf(day),
    parts.map((part) => part.end - part.start),
  ])

describe('time by local date', () => {
  test('is split at local midnights, also where a date has 23 or 25 hours', () => {
    assert.deepEqual(split(at('2026-03-07', '23:00'), at('2026-03-09', '01:00')), [
      ['2026-03-07', [3_600_000]],
      ['2026-03-08', [23 * 3_600_000]],
      ['2026-03-09', [3_600_000]],
    ])
    assert.deepEqual(split(at('2026-03-10', '23:00'), at('2026-03-11', '00:00')), [
      ['2026-03-10', [3_600_000]],
    ])
    assert.deepEqual(split(at('2026-03-10'), at('2026-03-10')), [])
  })

  test('gives no date twice where the clock was set back over midnight', () => {
    // St. John's, 2010-11-07: one minute after midnight the clock went back to 23:01
    const clock = zoneClock('America/St_Johns')
    const days = split(Date.UTC(2010, 10, 7, 2), Date.UTC(2010, 10, 7, 4), clock)
    assert.deepEqual(days, [
      ['2010-11-06', [1_800_000]],
      ['2010-11-07', [5_400_000]],
    ])
  })

  test('loses and gains nothing, in every zone', () => {
    const instants = fc.integer({ min: Date.UTC(1990, 0, 1), max: Date.UTC(2035, 0, 1) })
    fc.assert(
      fc.property(zones, instants, fc.nat(3 * DAY), (zone, start, length) => {
        const clock = zoneClock(zone)
        const days = perLocalDay([{ start, end: start + length }], clock)
        let next = start
        for (const [day, parts] of days) {
          assert.equal(parts.length, 1)
          for (const part of parts) {
            assert.equal(part.start, next)
            assert.ok(part.end > part.start && part.end <= clock.startOf(day + 1) * 1000)
            next = part.end
          }
        }
        assert.equal(next, start + length)
      }),
      runs,
    )
  })
})
