import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { backOffMs } from '../../../src/app/live/back-off.ts'

test('waits between a quarter of a second and five seconds, however often it failed', () => {
  fc.assert(
    fc.property(
      fc.nat(10_000),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (attempt, random) => {
        const ms = backOffMs(attempt, random)
        assert.ok(ms >= 250 && ms <= 5_000)
      },
    ),
  )
})

test('doubles, and spreads each wait over half of its length', () => {
  const spreads = [0, 1, 2, 3, 4, 5].map((attempt) => [backOffMs(attempt, 0), backOffMs(attempt, 1)])
  assert.deepEqual(spreads, [
    [250, 500],
    [500, 1_000],
    [1_000, 2_000],
    [2_000, 4_000],
    [2_500, 5_000],
    [2_500, 5_000],
  ])
})
