import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { decodeMinutes, encodeMinutes, foldMinutes, type MinutesDocument } from '../../src/index.ts'
import { monthStart, runs } from '../invented/arbitrary.ts'
import { called, entered, MINUTE } from '../invented/facts.ts'
import { empty, fold, histories } from '../invented/histories.ts'
import { timer } from '../invented/timers.ts'

describe('the bytes of a minutes document', () => {
  test('decode to the same document', () => {
    fc.assert(
      fc.property(histories, (held) => {
        const document = fold(held)
        if (document) assert.deepEqual(decodeMinutes(encodeMinutes(document)), document)
      }),
      runs,
    )
  })

  test('are one for each document: whatever decodes encodes to the same bytes, the rest is refused', () => {
    const mutated = histories
      .chain((held) =>
        fc.tuple(
          fc.constant(encodeMinutes(fold(held) ?? empty)),
          fc.array(fc.tuple(fc.nat(600), fc.nat(255)), { maxLength: 3 }),
          fc.nat(2),
          fc.boolean(),
        ),
      )
      .map(([bytes, changes, cut, first]) => {
        if (first) bytes[0] = 1
        for (const [at, value] of changes) bytes[at % bytes.length] = value
        return bytes.subarray(0, bytes.length - cut)
      })
    fc.assert(
      fc.property(fc.oneof(mutated, fc.uint8Array({ maxLength: 80 })), (bytes) => {
        let document: MinutesDocument
        try {
          document = decodeMinutes(bytes)
        } catch (error) {
          assert.match(String(error), /A document cannot be read: .* \(byte \d+ of \d+\)/)
          return
        }
        if (bytes[0] === 1) assert.deepEqual(decodeMinutes(encodeMinutes(document)), document)
        else assert.deepEqual(encodeMinutes(document), Uint8Array.from(bytes))
      }),
      runs,
    )
  })

  test('hold a stretch that has everything, and no stretch twice', () => {
    const byHand = entered({ from: monthStart, until: monthStart + MINUTE })
    const { session, startedAt } = byHand.data
    const again = timer({ session, startedAt })
    const facts = [
      byHand,
      again.extended(startedAt + MINUTE),
      again.amended(startedAt, startedAt + 9),
      again.voided(startedAt + MINUTE),
    ]
    const document = fold(facts.map((fact, offset) => ({ fact, offset }))) ?? empty
    assert.equal(document.stretches.length, 1)
    assert.deepEqual(decodeMinutes(encodeMinutes(document)), document)
    const twice = { ...document, stretches: [...document.stretches, ...document.stretches] }
    assert.throws(() => decodeMinutes(encodeMinutes(twice)), /out of order/)
    const last = { ...empty, monthIndex: 96_000 }
    assert.deepEqual(decodeMinutes(encodeMinutes(last)), last)
    assert.throws(
      () => decodeMinutes(encodeMinutes({ ...empty, monthIndex: 96_001 })),
      /month is out of range/,
    )
  })

  test('keep a conversation as it was', () => {
    const document = foldMinutes(undefined, called('2026-10-05'), 3)
    assert.deepEqual(decodeMinutes(encodeMinutes(document)), document)
    assert.ok(encodeMinutes(document).length < 60)
  })

  test('of a conversation whose outcome is not in the list are refused', () => {
    const bytes = encodeMinutes(foldMinutes(undefined, called('2026-10-05'), 3))
    // the last three: outcome, direction, reached and mode; recorded; offset. Six outcomes are known, from 0 on
    bytes[bytes.length - 3]! |= 6 << 5
    assert.throws(() => decodeMinutes(bytes), /a position is out of range/)
  })
})
