import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { instantsOf, skippedText, typedInstant, wallOf, whichText } from '../../../src/ui/time/zoned-input.ts'

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

/** Temporal knows the zones by its own means: the instants that show a wall time, in their order. */
const oracle = (text: string, zone: string): readonly number[] => {
  const plain = Temporal.PlainDateTime.from(text)
  const shown = (['earlier', 'later'] as const)
    .map((disambiguation) => plain.toZonedDateTime(zone, { disambiguation }))
    .filter((zoned) => zoned.toPlainDateTime().equals(plain))
  return [...new Set(shown.map(({ epochMilliseconds }) => epochMilliseconds))]
}

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

test('the instants of any wall time in any zone are those that Temporal gives', () => {
  fc.assert(
    fc.property(zoneOf, wallClocks, (zone, wall) => {
      assert.deepEqual(instantsOf(wall, zone), oracle(`${wall.date}T${wall.time}`, zone))
    }),
    { numRuns: 2_000 },
  )
})

test('around every change of the clocks, each quarter of an hour has the instants that Temporal gives, and is taken as said', () => {
  for (const zone of zones)
    for (const change of changesOf(zone)) {
      const wallMs = Date.parse(`${change.toPlainDateTime().toString().slice(0, 19)}Z`)
      for (let minutes = -150; minutes <= 150; minutes += 15) {
        const text = iso(wallMs + minutes * 60_000).slice(0, 19)
        const wall = { date: text.slice(0, 10), time: text.slice(11) }
        const expected = oracle(text, zone)
        assert.deepEqual(instantsOf(wall, zone), expected, `${zone} ${text}`)
        const [first, second] = expected
        const unasked = second === undefined ? (first ?? skippedText) : whichText
        assert.equal(typedInstant(wall, zone), unasked, `${zone} ${text}`)
        for (const which of ['first', 'second'])
          assert.equal(
            typedInstant({ ...wall, which }, zone),
            second === undefined ? unasked : which === 'first' ? first : second,
          )
      }
    }
})

test('a day that a zone skipped has no instant', () => {
  assert.equal(typedInstant({ date: '2011-12-30', time: '12:00' }, 'Pacific/Apia'), skippedText)
})

test('an instant is told on the clocks of the zone, and comes back to the same second where they show it once', () => {
  fc.assert(
    fc.property(zoneOf, instants, (zone, seconds) => {
      const instant = seconds * 1_000
      const { date, time } = wallOf(instant, zone)
      const zoned = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone)
      assert.equal(`${date}T${time}`, zoned.toPlainDateTime().toString({ smallestUnit: 'second' }))
      const back = (['first', 'second'] as const).map((which) => typedInstant({ date, time, which }, zone))
      assert.ok(back.includes(instant))
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
    assert.equal(typedInstant({ date, time }, 'America/New_York'), undefined))
}
