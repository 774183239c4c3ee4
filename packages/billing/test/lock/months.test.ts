import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { monthAfter, monthsBetween, monthsOfPeriods } from '@cufflink/folds'
import { isWatched, watchedYears } from '../../src/lock/claims.ts'

describe('the months that are read for a month', () => {
  test('are all that a 30-day period with a date in it touches, with one on either side', () => {
    assert.deepEqual(monthsOfPeriods('2026-05'), ['2026-03', '2026-04', '2026-05', '2026-06', '2026-07'])
    // From 31 January to 1 March a period touches three.
    assert.deepEqual(monthsOfPeriods('2026-03')[0], '2025-12')
    assert.deepEqual(monthsOfPeriods('2026-01').at(-1), '2026-04')
  })
})

test('months are counted over the ends of years, and none is before 1970', () => {
  assert.deepEqual([monthAfter('2026-01', -1), monthAfter('2025-12', 13)], ['2025-12', '2027-01'])
  assert.deepEqual(monthsBetween(Date.UTC(2025, 10, 30), Date.UTC(2026, 1, 1)), [
    '2025-11',
    '2025-12',
    '2026-01',
    '2026-02',
  ])
  assert.deepEqual(monthsBetween(-86_400_000, 0), ['1970-01'])
})

describe('a locked line', () => {
  test('is watched for six years from its last date', () => {
    assert.equal(isWatched({ to: '2026-03-30' }, '2032-03-30'), true)
    assert.equal(isWatched({ to: '2026-03-30' }, '2032-03-31'), false)
    assert.deepEqual(watchedYears('2032-01-15'), ['2026', '2027', '2028', '2029', '2030', '2031', '2032'])
  })
})
