import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { habitOf, shortLinesOf } from '../src/index.ts'

const zone = 'America/New_York'
const at = (date: string): number =>
  Temporal.PlainDateTime.from(`${date}T12:00`).toZonedDateTime(zone).epochMilliseconds
const now = at('2026-03-20')
/** A reading on every second date, from the first to today's at the latest. */
const readings = (last: number): string =>
  Array.from({ length: 30 }, (_, day) => (day % 2 === 0 && day < last ? 2 : 0)).join(' ')
const tally = {
  patient: 'p-1',
  zone,
  month: '2026-03',
  periodStart: '2026-03-02',
  periodEnd: '2026-03-31',
  readingsPerDate: readings(19),
  'missing.99454': '6 days 2026-03-31',
  'missing.99457': '900 seconds conversation 2026-03-31',
}

describe('What a tally says of lines that are short', () => {
  test('is what is missing, and for how many dates it can still come', () => {
    const { habit, lines } = shortLinesOf(tally, { now, practiceZone: zone })
    assert.deepEqual(habit, { daysWith: 9, daysObserved: 18 })
    assert.deepEqual(lines, [
      // Today has its reading already.
      {
        code: '99454',
        until: '2026-03-31',
        program: 'RPM',
        clock: 'period',
        missing: { days: 6 },
        daysLeft: 11,
      },
      {
        code: '99457',
        until: '2026-03-31',
        program: 'RPM',
        clock: 'month',
        missing: { seconds: 900, conversation: true },
        daysLeft: 12,
      },
    ])
    const yet = shortLinesOf({ ...tally, readingsPerDate: readings(17) }, { now, practiceZone: zone })
    assert.equal(yet.lines[0]?.daysLeft, 12)
  })

  test('goes by the dates that the clock shows, as it was written before today', () => {
    const { habit, lines } = shortLinesOf(tally, { now: at('2026-03-21'), practiceZone: zone })
    assert.deepEqual(habit, { daysWith: 10, daysObserved: 19 })
    assert.deepEqual(
      lines.map(({ daysLeft }) => daysLeft),
      [11, 11],
    )
  })

  test('is nothing where there is no tally, no period or no such line', () => {
    const at = { now, practiceZone: zone }
    assert.deepEqual(shortLinesOf({}, at).lines, [])
    assert.deepEqual(shortLinesOf({ patient: 'p-1', zone, month: '2026-03' }, at).lines, [])
    assert.deepEqual(habitOf({ today: '2026-03-20' }), { daysWith: 0, daysObserved: 0 })
  })
})
