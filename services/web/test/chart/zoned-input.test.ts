import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { instantsOf, wallOf, zonedToInstant } from '../../src/chart/zoned-input.ts'

/** With daylight saving on both halves of the globe, by half an hour, none, odd offsets, a skipped day, abolished, political. */
const zones = [
  'UTC',
  'America/New_York',
  'America/Los_Angeles',
  'America/Phoenix',
  'America/St_Johns',
  'America/Sao_Paulo',
  'Pacific/Honolulu',
  'Pacific/Apia',
  'Pacific/Chatham',
  'Europe/Berlin',
  'Africa/Casablanca',
  'Africa/Juba',
  'Asia/Kathmandu',
  'Asia/Tehran',
  'Asia/Pyongyang',
  'Australia/Lord_Howe',
  'Antarctica/Troll',
] as const

/** Temporal knows the zones by its own means; its default is called `compatible`. */
const oracle = (date: string, time: string, zone: string): number =>
  Temporal.PlainDateTime.from(`${date}T${time}`).toZonedDateTime(zone).epochMilliseconds

const zoneOf = fc.constantFrom(...zones)
const instants = fc.integer({ min: Date.UTC(2000, 0, 3) / 1_000, max: Date.UTC(2099, 11, 28) / 1_000 })
const iso = (ms: number) => new Date(ms).toISOString()
const wallClocks = instants.map((seconds) => {
  const text = iso(seconds * 1_000)
  return { date: text.slice(0, 10), time: text.slice(11, 19) }
})

/** Every change of a zone's clocks of this century so far, and some years more. */
const changesOf = (zone: string): readonly Temporal.ZonedDateTime[] => {
  const changes: Temporal.ZonedDateTime[] = []
  let at = Temporal.Instant.from('2000-01-03T00:00:00Z').toZonedDateTimeISO(zone)
  for (;;) {
    const next = at.getTimeZoneTransition('next')
    if (next === null || next.year > 2040) return changes
    changes.push(next)
    at = next
  }
}

test('any wall time in any zone is the instant that Temporal gives', () => {
  fc.assert(
    fc.property(zoneOf, wallClocks, (zone, { date, time }) => {
      assert.equal(zonedToInstant(date, time, zone), oracle(date, time, zone))
    }),
    { numRuns: 2_000 },
  )
})

test('around every change of the clocks, the instants are those that show the wall time, by Temporal', () => {
  for (const zone of zones)
    for (const change of changesOf(zone)) {
      const wallMs = Date.parse(`${change.toPlainDateTime().toString().slice(0, 19)}Z`)
      for (let minutes = -150; minutes <= 150; minutes += 30) {
        const text = iso(wallMs + minutes * 60_000).slice(0, 19)
        const plain = Temporal.PlainDateTime.from(text)
        const shown = (['earlier', 'later'] as const)
          .map((disambiguation) => plain.toZonedDateTime(zone, { disambiguation }))
          .filter((zoned) => zoned.toPlainDateTime().equals(plain))
        const expected = [...new Set(shown.map(({ epochMilliseconds }) => epochMilliseconds))]
        const wall = { date: text.slice(0, 10), time: text.slice(11) }
        assert.deepEqual(instantsOf(wall, zone), expected, `${zone} ${text}`)
      }
    }
})

test('around every change of the clocks, each quarter of an hour is the instant that Temporal gives', () => {
  for (const zone of zones) {
    for (const change of changesOf(zone)) {
      const wallMs = Date.parse(`${change.toPlainDateTime().toString().slice(0, 19)}Z`)
      for (let minutes = -150; minutes <= 150; minutes += 15) {
        const text = iso(wallMs + minutes * 60_000)
        const [date, time] = [text.slice(0, 10), text.slice(11, 19)]
        assert.equal(zonedToInstant(date, time, zone), oracle(date, time, zone), `${zone} ${text}`)
      }
    }
  }
})

test('in a gap it is the instant after it, as much later as the clocks were put forward', () => {
  const instant = zonedToInstant('2026-03-08', '02:30', 'America/New_York')
  assert.equal(instant, Date.UTC(2026, 2, 8, 7, 30))
  assert.deepEqual(wallOf(instant, 'America/New_York'), { date: '2026-03-08', time: '03:30:00' })
})

test('in a fold it is the first of the two', () => {
  assert.equal(zonedToInstant('2026-11-01', '01:30', 'America/New_York'), Date.UTC(2026, 10, 1, 5, 30))
})

test('a day that a zone skipped is the day after', () => {
  assert.equal(
    zonedToInstant('2011-12-30', '12:00', 'Pacific/Apia'),
    oracle('2011-12-30', '12:00', 'Pacific/Apia'),
  )
})

test('an instant is told on the clocks of the zone, and comes back to the same second where they show it once', () => {
  fc.assert(
    fc.property(zoneOf, instants, (zone, seconds) => {
      const instant = seconds * 1_000
      const { date, time } = wallOf(instant, zone)
      const zoned = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone)
      assert.equal(`${date}T${time}`, zoned.toPlainDateTime().toString({ smallestUnit: 'second' }))
      const back = zonedToInstant(date, time, zone)
      assert.ok(
        back === instant || (back !== undefined && back < instant && wallOf(back, zone).time === time),
      )
    }),
    { numRuns: 1_000 },
  )
})

for (const [date, time] of [
  ['2026-02-30', '10:00'],
  ['2026-13-01', '10:00'],
  ['', '10:00'],
  ['2026-03-01', ''],
  ['2026-03-01', '25:00'],
  ['2026-03-01', '9:00'],
] as const) {
  test(`“${date}” “${time}” is no instant`, () =>
    assert.equal(zonedToInstant(date, time, 'America/New_York'), undefined))
}
