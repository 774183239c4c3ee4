import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sayProgress } from '../../src/rebuild/progress.ts'

/** What is said where so much is done of so much at some seconds. */
function saidOf(looks: readonly (readonly [second: number, done: number, all: number])[]): string[] {
  const lines: string[] = []
  let ms = 0
  const progress = sayProgress({
    what: 'facts folded',
    says: (line) => void lines.push(line),
    stopwatch: () => ms,
  })
  for (const [second, done, all] of looks) {
    ms = second * 1_000
    progress(done, all)
  }
  return lines
}

test('progress is said every five seconds, with its pace and what is left', () => {
  const looks = Array.from({ length: 12 }, (_, second) => [second, second * 1_234, 1_000_000] as const)
  assert.deepEqual(saidOf(looks), [
    '6,170 of 1,000,000 facts folded, 1,200 a second, about 14 min left',
    '12,340 of 1,000,000 facts folded, 1,200 a second, about 14 min left',
  ])
})

test('what was done before is no part of the pace', () => {
  const looks = [
    [0, 900_000, 1_000_000],
    [10, 910_000, 1_000_000],
  ] as const
  assert.deepEqual(saidOf(looks), ['910,000 of 1,000,000 facts folded, 1,000 a second, about 2 min left'])
})

test('where it slows down, the pace is that of the last minute', () => {
  const looks = Array.from({ length: 31 }, (_, index) => {
    const second = index * 5
    return [second, Math.min(second, 30) * 10_000 + second * 100, 1_000_000] as const
  })
  assert.equal(saidOf(looks).at(-1), '315,000 of 1,000,000 facts folded, 100 a second, about 1 h 55 min left')
})

test('what is added meanwhile makes it take longer', () => {
  const looks = [
    [0, 0, 10_000],
    [10, 1_000, 10_500],
    [20, 2_000, 12_500],
  ] as const
  assert.deepEqual(saidOf(looks), [
    '1,000 of 10,500 facts folded, 100 a second, about 4 min left',
    '2,000 of 12,500 facts folded, 100 a second',
  ])
})

test('what is begun again has the pace since then', () => {
  const looks = [
    [0, 5_000, 10_000],
    [10, 500, 10_000],
    [15, 1_000, 10_000],
  ] as const
  assert.deepEqual(saidOf(looks), ['1,000 of 10,000 facts folded, 100 a second, about 2 min left'])
})

test('of what does not move nothing is foretold, and hours are hours', () => {
  assert.deepEqual(
    saidOf([
      [0, 0, 100],
      [6, 0, 100],
    ]),
    ['0 of 100 facts folded'],
  )
  assert.deepEqual(
    saidOf([
      [0, 0, 40_000],
      [10, 100, 40_000],
    ]),
    ['100 of 40,000 facts folded, 10 a second, about 1 h 7 min left'],
  )
})
