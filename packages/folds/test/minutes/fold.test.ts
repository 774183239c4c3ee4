import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { FactOf, MinutesFact } from '@cufflink/contracts'
import fc from 'fast-check'
import { encodeMinutes, foldMinutes, isRunning, joinMinutes, monthOfMinutes } from '../../src/index.ts'
import { resolveStretches } from '../../src/minutes/stretches.ts'
import { monthEnd, monthStart, runs, shuffled } from '../invented/arbitrary.ts'
import { called, MINUTE } from '../invented/facts.ts'
import { empty, fold, histories } from '../invented/histories.ts'

const envelope = { v: 1, tenant: 'riverside', by: 'service:console' } as const
const base = { patient: 'p-1', clinician: 'nurse-ada', session: 's-1', startedAt: monthStart }
const rpm = { program: 'RPM', category: 'data-review' } as const
const later = monthEnd + 86_400_000

const started = (epoch: number): FactOf<'time.started'> => ({
  ...envelope,
  id: `started-${epoch}`,
  type: 'time.started',
  at: monthStart,
  data: { ...base, ...rpm, epoch },
})
const extended = (epoch: number, minutes: number): FactOf<'time.extended'> => ({
  ...envelope,
  id: `extended-${epoch}-${minutes}`,
  type: 'time.extended',
  at: monthStart + minutes * MINUTE,
  data: { ...base, epoch, until: monthStart + minutes * MINUTE },
})
const stopped = (epoch: number, minutes: number): FactOf<'time.stopped'> => ({
  ...envelope,
  id: `stopped-${epoch}-${minutes}`,
  type: 'time.stopped',
  at: monthStart + minutes * MINUTE,
  data: { ...base, epoch, until: monthStart + minutes * MINUTE, reason: 'idle' },
})
const amended = (id: string, from: number, until: number): FactOf<'time.amended'> => ({
  ...envelope,
  id,
  type: 'time.amended',
  at: monthStart + 90 * MINUTE,
  data: {
    ...base,
    ...rpm,
    from: monthStart + from * MINUTE,
    until: monthStart + until * MINUTE,
    reason: 'a correction',
  },
})
const voided = (): FactOf<'time.voided'> => ({
  ...envelope,
  id: 'voided',
  type: 'time.voided',
  at: monthStart + 95 * MINUTE,
  data: { ...base, reason: 'wrong chart' },
})

const minutesOf = (facts: readonly MinutesFact[], asOf = later): readonly number[] => {
  const document = fold(facts.map((fact, offset) => ({ fact, offset })))
  return document
    ? resolveStretches([document], asOf).stretches.map(({ start, end }) => (end - start) / MINUTE)
    : []
}

describe('folding minutes', () => {
  test('gives the same bytes for any order and any duplication', () => {
    const drawn = histories.chain((held) => fc.tuple(fc.constant(held), shuffled(held)))
    fc.assert(
      fc.property(drawn, ([held, again]) => {
        assert.deepEqual(encodeMinutes(fold(again) ?? empty), encodeMinutes(fold(held) ?? empty))
      }),
      runs,
    )
  })

  test('in parts and then joining the parts gives the same as folding at once', () => {
    fc.assert(
      fc.property(histories, fc.nat(14), (held, cut) => {
        const parts = [held.slice(0, cut), held.slice(cut), held.slice(cut / 2)].map(
          (part) => fold(part) ?? empty,
        )
        const joined = parts.reduce(joinMinutes)
        const whole = fold(held)
        if (whole && joined.monthIndex === whole.monthIndex) assert.deepEqual(joined, whole)
      }),
      runs,
    )
  })

  test('returns the very same document when a fact adds nothing', () => {
    const document = foldMinutes(foldMinutes(undefined, started(1), 1), extended(1, 5), 2)
    assert.equal(foldMinutes(document, started(1), 1), document)
    assert.equal(foldMinutes(document, extended(1, 5), 2), document)
    for (const fact of [started(1), extended(1, 5)]) {
      assert.equal(foldMinutes(document, fact, 9), document)
    }
    const call = foldMinutes(document, called('2026-10-05'), 3)
    assert.equal(foldMinutes(call, called('2026-10-05'), 3), call)
    assert.notEqual(foldMinutes(document, extended(1, 6), 9), document)
  })

  test('files a stretch under the UTC month in which it began', () => {
    assert.equal(monthOfMinutes(extended(1, 60 * 24 * 40)), '2026-10')
    const september = foldMinutes(
      undefined,
      { ...started(1), data: { ...started(1).data, startedAt: monthStart - 1 } },
      1,
    )
    assert.throws(() => foldMinutes(september, started(1), 2), /another month/)
    assert.throws(() => joinMinutes(september, foldMinutes(undefined, started(1), 2)), /Two months/)
  })
})

describe('a stretch of time', () => {
  test('is known to run, or to have been stopped', () => {
    const runs = (facts: readonly MinutesFact[]) =>
      fold(facts.map((fact, offset) => ({ fact, offset })))?.stretches.map((entry) => isRunning(entry))
    assert.deepEqual(runs([started(1), extended(1, 5)]), [true])
    assert.deepEqual(runs([started(1), stopped(1, 5)]), [false])
    assert.deepEqual(runs([started(1), stopped(1, 5), extended(1, 5)]), [false])
    assert.deepEqual(runs([started(1), extended(1, 5), stopped(1, 5)]), [false])
    assert.deepEqual(runs([started(1), stopped(1, 5), extended(2, 3)]), [true])
  })

  test('lasts until the latest proof of presence', () => {
    assert.deepEqual(minutesOf([started(1), extended(1, 2), extended(1, 5), extended(1, 4)]), [5])
    assert.deepEqual(minutesOf([started(1), extended(1, 2), stopped(1, 7)]), [7])
  })

  test('gains nothing from an older lease after a newer one spoke', () => {
    assert.deepEqual(minutesOf([started(5), extended(5, 3), stopped(6, 4), extended(5, 9)]), [4])
  })

  test('is that of its latest amendment, and nothing once it is voided', () => {
    assert.deepEqual(minutesOf([started(1), stopped(1, 60), amended('a', 0, 20), amended('b', 5, 20)]), [15])
    assert.deepEqual(minutesOf([started(1), stopped(1, 60), amended('a', 0, 20), voided()]), [])
  })

  test('can be asked for as it was known before', () => {
    const held = [started(1), extended(1, 30), stopped(1, 60), amended('a', 0, 20), voided()]
    assert.deepEqual(minutesOf(held, monthStart + 40 * MINUTE), [30])
    assert.deepEqual(minutesOf(held, monthStart + 90 * MINUTE - 1), [60])
    assert.deepEqual(minutesOf(held, monthStart + 90 * MINUTE), [20])
    assert.deepEqual(minutesOf(held, monthStart + 95 * MINUTE), [])
    const written = { ...started(1), at: monthStart + 7 * MINUTE }
    assert.deepEqual(minutesOf([written, stopped(1, 5)], monthStart + 7 * MINUTE - 1), [])
    assert.deepEqual(minutesOf([written, stopped(1, 5)], monthStart + 7 * MINUTE), [5])
  })

  test('is refused when it is empty, reversed, longer than 24 hours or in the future', () => {
    const of = (from: number, until: number) => {
      const document = fold([started(1), amended('a', from, until)].map((fact, offset) => ({ fact, offset })))
      return document ? resolveStretches([document], later).refused.map(({ why }) => why) : []
    }
    assert.deepEqual(of(5, 5), ['NOT_POSITIVE'])
    assert.deepEqual(of(5, 4), ['NOT_POSITIVE'])
    assert.deepEqual(of(-1440, 0), [])
    assert.deepEqual(of(-1441, 0), ['OVER_24_H'])
    assert.deepEqual(of(0, 90), [])
    assert.deepEqual(of(0, 91), ['IN_THE_FUTURE'])
  })
})
