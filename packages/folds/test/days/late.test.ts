import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { decodeLate, encodeLate, foldLate, type LateReadings } from '../../src/index.ts'
import { readingFact, retractionFact } from '../invented/arbitrary.ts'

const fold = (...dates: readonly string[]): LateReadings | undefined =>
  dates.reduce<LateReadings | undefined>(
    (late, date, offset) => foldLate(late, readingFact({ at: Date.parse(date) }), offset),
    undefined,
  )

test('tells the last fact that was dated before the month before the latest', () => {
  const october = (2026 - 1970) * 12 + 9
  assert.deepEqual(fold('2026-10-20', '2026-09-01'), { latestMonth: october, lastOffset: -1 })
  assert.deepEqual(fold('2026-10-20', '2026-08-31'), { latestMonth: october, lastOffset: 1 })
  assert.deepEqual(fold('2026-08-31', '2026-10-20', '2026-08-31', '2026-10-21'), {
    latestMonth: october,
    lastOffset: 2,
  })
})

test('is the very same document after a fact that is not late, and takes a retraction for a fact of its date', () => {
  const late = fold('2026-10-20')
  assert.equal(foldLate(late, readingFact({ at: Date.parse('2026-09-30') }), 5), late)
  const word = retractionFact(readingFact({ at: Date.parse('2026-07-30') }))
  assert.equal(foldLate(late, word, 6).lastOffset, 6)
})

test('is read as it was written', () => {
  fc.assert(
    fc.property(fc.nat(2_000), fc.integer({ min: -1, max: 2 ** 45 }), (latestMonth, lastOffset) => {
      const late = { latestMonth, lastOffset }
      assert.deepEqual(decodeLate(encodeLate(late)), late)
    }),
  )
})
