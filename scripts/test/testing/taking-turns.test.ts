import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lanesOf, takingTurns } from '../../testing/taking-turns.ts'

test('so many are under way at once, the next begins when one ends, and each is done once', async () => {
  const begun: number[] = []
  const ends = Array.from({ length: 5 }, () => Promise.withResolvers<string>())
  const done = takingTurns(lanesOf([0, 1, 2, 3, 4], 2), (n) => {
    begun.push(n)
    return ends[n]!.promise
  })
  assert.deepEqual(begun, [0, 1])
  ends[1]!.resolve('b')
  await new Promise(setImmediate)
  assert.deepEqual(begun, [0, 1, 2])
  for (const [n, end] of ends.entries()) end.resolve('abcde'[n]!)
  assert.deepEqual((await done).toSorted(), ['a', 'b', 'c', 'd', 'e'])
  assert.deepEqual(begun, [0, 1, 2, 3, 4])
})

test('a lane whose queue has ended goes on with another queue, and each item is done once', async () => {
  const begun: string[] = []
  const ends = new Map('abcdef'.split('').map((item) => [item, Promise.withResolvers<void>()]))
  const [long, short] = [['a', 'b', 'c', 'd'].values(), ['e', 'f'].values()]
  const done = takingTurns<string, void>(
    [
      [long, short],
      [short, long],
    ],
    (item) => {
      begun.push(item)
      return ends.get(item)!.promise
    },
  )
  for (const item of ['e', 'f']) {
    ends.get(item)!.resolve()
    await new Promise(setImmediate)
  }
  assert.deepEqual(begun, ['a', 'e', 'f', 'b'])
  for (const end of ends.values()) end.resolve()
  await done
  assert.deepEqual(begun, ['a', 'e', 'f', 'b', 'c', 'd'])
})
