import assert from 'node:assert/strict'
import { test } from 'node:test'
import { takingTurns } from '../../testing/taking-turns.ts'

test('so many are under way at once, the next begins when one ends, and each is done once', async () => {
  const begun: number[] = []
  const ends = Array.from({ length: 5 }, () => Promise.withResolvers<string>())
  const done = takingTurns([0, 1, 2, 3, 4], {
    atOnce: 2,
    act(n) {
      begun.push(n)
      return ends[n]!.promise
    },
  })
  assert.deepEqual(begun, [0, 1])
  ends[1]!.resolve('b')
  await new Promise(setImmediate)
  assert.deepEqual(begun, [0, 1, 2])
  for (const [n, end] of ends.entries()) end.resolve('abcde'[n]!)
  assert.deepEqual((await done).toSorted(), ['a', 'b', 'c', 'd', 'e'])
  assert.deepEqual(begun, [0, 1, 2, 3, 4])
})
