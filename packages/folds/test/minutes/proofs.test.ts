import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { MinutesFact } from '@cufflink/contracts'
import fc from 'fast-check'
import {
  decodeMinutes,
  encodeMinutes,
  foldMinutes,
  isRunning,
  type MinutesDocument,
  type StretchEntry,
} from '../../src/index.ts'
import { provenAt } from '../../src/minutes/proofs.ts'
import { resolveStretches } from '../../src/minutes/stretches.ts'
import { runs, shuffled } from '../invented/arbitrary.ts'
import { at, foldTime, HOUR, MINUTE } from '../invented/facts.ts'
import { timer } from '../invented/timers.ts'

const startedAt = at('2026-03-10', '10:00')
const one = timer({ startedAt })
const entryOf = (facts: readonly MinutesFact[]): StretchEntry => {
  const entry = foldTime(facts)[0]?.stretches[0]
  assert.ok(entry)
  return entry
}
/** Checkpoints every `seconds`, each written at once. */
const checkpoints = (until: number, seconds: number): readonly MinutesFact[] =>
  Array.from({ length: Math.floor((until - startedAt) / (seconds * 1000)) }, (_, index) =>
    one.extended(startedAt + (index + 1) * seconds * 1000),
  )
const endAt = (facts: readonly MinutesFact[], asOf: number): number | undefined => {
  const { stretches, refused } = resolveStretches(foldTime(facts), asOf)
  return [...stretches, ...refused.map(({ stretch }) => stretch)][0]?.end
}

describe('proofs of presence', () => {
  test('of a timer that runs half an hour are one run, and few bytes', () => {
    const short = foldTime([one.started(), ...checkpoints(startedAt + MINUTE, 30)])
    const long = foldTime([
      one.started(),
      ...checkpoints(startedAt + 30 * MINUTE, 30),
      one.stopped(startedAt + 30 * MINUTE + 9000),
    ])
    assert.equal(long[0]?.stretches[0]?.proofs.length, 1)
    const sizes = [short, long].map(([document]) => (document ? encodeMinutes(document).length : 0))
    assert.ok((sizes[1] ?? 99) - (sizes[0] ?? 0) <= 2, String(sizes))
  })

  test('are known to the minute at any earlier instant, and never more than was proven', () => {
    const facts = [
      one.started(),
      ...checkpoints(startedAt + 10 * MINUTE, 30),
      one.stopped(startedAt + 10 * MINUTE + 9000),
    ]
    for (let asOf = startedAt; asOf < startedAt + 12 * MINUTE; asOf += 7000) {
      const minute = Math.floor(asOf / MINUTE) * MINUTE + MINUTE - 1
      const known = endAt(
        facts.filter((fact) => fact.at <= minute),
        asOf,
      )
      const replayed = endAt(facts, asOf)
      assert.ok(known !== undefined && replayed !== undefined)
      assert.ok(
        replayed <= known && known - replayed < MINUTE,
        `${asOf - startedAt}: ${replayed} for ${known}`,
      )
    }
    assert.equal(endAt(facts, startedAt + 11 * MINUTE), startedAt + 10 * MINUTE + 9000)
  })

  test('that came late were not known before, however early the instant that they prove', () => {
    const late = one.extended(startedAt + 20 * MINUTE, 1, startedAt + 50 * MINUTE)
    const facts = [one.started(), one.extended(startedAt + MINUTE), late]
    assert.equal(endAt(facts, startedAt + 49 * MINUTE), startedAt + MINUTE)
    assert.equal(endAt(facts, startedAt + 50 * MINUTE), startedAt + 20 * MINUTE)
  })

  test('that came late, one a minute, prove at each of these minutes what the one of it proves', () => {
    const late = [10, 11, 12].map((minute) =>
      one.extended(startedAt + minute * MINUTE, 1, startedAt + (minute + 3) * MINUTE),
    )
    const facts = [one.started(), ...late]
    assert.equal(entryOf(facts).proofs.length, 1)
    assert.equal(endAt(facts, startedAt + 14 * MINUTE), startedAt + 11 * MINUTE)
  })

  test('that prove one instant twice: the first that was written is named', () => {
    const until = startedAt + 5 * MINUTE
    const facts = [one.started(), one.extended(until), one.extended(until, 1, until + 5 * MINUTE)]
    const { stretches } = resolveStretches(foldTime(facts), startedAt + HOUR)
    assert.equal(stretches[0]?.proofOffset, 1)
  })

  test('of a gap are two runs: what was proven after it was not known in it', () => {
    const facts = [one.started(), one.extended(startedAt + MINUTE), one.extended(startedAt + HOUR)]
    assert.equal(entryOf(facts).proofs.length, 2)
    assert.equal(endAt(facts, startedAt + 30 * MINUTE), startedAt + MINUTE)
  })

  test('prove nothing later than they were written', () => {
    const ahead = [one.started(), one.extended(startedAt + HOUR, 1, startedAt + MINUTE)]
    assert.equal(endAt(ahead, startedAt + 2 * HOUR), startedAt + 2 * MINUTE - 1)
  })

  test('of a newer lease decide, and a timer of it can run on after a stop under the older', () => {
    const facts = [
      one.started(),
      one.stopped(startedAt + 9 * MINUTE),
      one.extended(startedAt + 5 * MINUTE, 2),
    ]
    assert.equal(endAt(facts, startedAt + HOUR), startedAt + 5 * MINUTE)
    assert.ok(isRunning(entryOf(facts)))
    assert.ok(!isRunning(entryOf([...facts, one.stopped(startedAt + 6 * MINUTE, 2)])))
  })

  test('say whether the timer ran at an earlier instant', () => {
    const entry = entryOf([one.started(), one.stopped(startedAt + 5 * MINUTE), one.voided(startedAt + HOUR)])
    assert.deepEqual(
      [startedAt - MINUTE, startedAt, startedAt + 5 * MINUTE - 1, startedAt + 5 * MINUTE].map((asOf) =>
        isRunning(entry, asOf),
      ),
      [false, true, true, false],
    )
    const running = entryOf([one.started(), one.voided(startedAt + HOUR)])
    assert.deepEqual(
      [isRunning(running, startedAt + HOUR - 1), isRunning(running, startedAt + HOUR)],
      [true, false],
    )
  })
})

type Drawn = {
  readonly until: number
  readonly at: number
  readonly epoch: number
  readonly stopped: boolean
}
const drawn: fc.Arbitrary<readonly Drawn[]> = fc.array(
  fc
    .record({
      until: fc.integer({ min: startedAt, max: startedAt + 12 * MINUTE }),
      lagMs: fc.oneof(fc.nat(2000), fc.integer({ min: -2 * MINUTE, max: 4 * MINUTE })),
      epoch: fc.constantFrom(1, 1, 1, 2),
      stopped: fc.integer({ min: 0, max: 9 }),
    })
    .map(({ lagMs, stopped, ...held }) => ({ ...held, at: held.until + lagMs, stopped: stopped === 0 })),
  { maxLength: 24 },
)
const factsOf = (proofs: readonly Drawn[]): readonly MinutesFact[] => [
  one.started(startedAt - 2 * MINUTE),
  ...proofs.map(({ until, at: written, epoch, stopped }) =>
    stopped ? one.stopped(until, epoch, written) : one.extended(until, epoch, written),
  ),
]
const fold = (facts: readonly (readonly [MinutesFact, number])[]): MinutesDocument => {
  const document = facts.reduce<MinutesDocument | undefined>(
    (held, [fact, offset]) => foldMinutes(held, fact, offset),
    undefined,
  )
  assert.ok(document)
  return document
}

describe('any proofs', () => {
  test('give the same runs in any order and any duplication, and the same from their bytes', () => {
    const orders = drawn
      .map((proofs) => factsOf(proofs).map((fact, offset) => [fact, offset] as const))
      .chain((facts) => fc.tuple(fc.constant(facts), shuffled(facts)))
    fc.assert(
      fc.property(orders, ([facts, again]) => {
        const document = fold(facts)
        assert.deepEqual(fold(again), document)
        assert.deepEqual(decodeMinutes(encodeMinutes(document)), document)
        for (const [fact, offset] of facts) assert.equal(foldMinutes(document, fact, offset), document)
      }),
      runs,
    )
  })

  test('as of a minute are those written by then: the same lease, and to the minute the same instant', () => {
    fc.assert(
      fc.property(drawn, fc.nat(18), (proofs, minute) => {
        const asOf = startedAt - 2 * MINUTE + minute * MINUTE + MINUTE - 1
        const facts = factsOf(proofs)
        const whole = provenAt(entryOf(facts), Math.floor(asOf / MINUTE))
        const then = provenAt(entryOf(facts.filter((fact) => fact.at <= asOf)))
        assert.ok(whole && then)
        assert.equal(whole.epoch, then.epoch)
        assert.ok(whole.until <= then.until && then.until - whole.until < MINUTE)
      }),
      runs,
    )
  })
})
