import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { byKeptId, foldDays, readingsOf } from '../../src/index.ts'
import { type ReadingOptions, readingFact } from '../invented/arbitrary.ts'
import { at } from '../invented/facts.ts'

describe('readings of one device under several patients', () => {
  /** The ids of each group, of readings each of which stands under a patient of its own. */
  const groupsOf = (...options: readonly ReadingOptions[]) => {
    const held = options.map((one) => ({
      id: one.id,
      reading: readingsOf([foldDays(undefined, readingFact(one), 0)])[0]!.reading,
    }))
    return byKeptId(held).map((group) => group.map(({ id }) => id))
  }
  const [first, second] = [at('2026-10-10'), at('2026-10-12')]

  test('are together where one record id came with two times', () => {
    const recordIds = [
      { id: 'one', recordId: '1', at: first },
      { id: 'two', recordId: '2', at: first },
      { id: 'one', recordId: '1', at: second },
    ]
    assert.deepEqual(groupsOf(...recordIds), [['one', 'one'], ['two']])
  })

  test('are together where the clock was believed only when the reading came again', () => {
    const believed = [
      { id: 'one', at: first, deviceTime: second, clockQuality: 'estimated' },
      { id: 'one', at: second },
      { id: 'two', at: second },
    ] as const
    assert.deepEqual(groupsOf(...believed), [['one', 'one'], ['two']])
  })

  test('are together where it is the same reading of the same instant, as in a move', () => {
    assert.deepEqual(
      groupsOf({ id: 'one', at: first }, { id: 'one', at: first }, { id: 'one', at: second }),
      [['one', 'one'], ['one']],
    )
  })
})
