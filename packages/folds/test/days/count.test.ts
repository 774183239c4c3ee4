import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { countDays, type DaysDocument, foldDays } from '../../src/index.ts'
import { readingFact, retractionFact } from '../invented/arbitrary.ts'
import { at, zone } from '../invented/facts.ts'

const fold = (...instants: readonly number[]): DaysDocument | undefined =>
  instants.reduce<DaysDocument | undefined>(
    (document, instant, offset) => foldDays(document, readingFact({ at: instant }), offset),
    undefined,
  )
const documents = [
  fold(at('2026-10-10'), at('2026-10-12'), at('2026-10-12', '13:00')),
  fold(at('2026-09-30')),
].flatMap((document) => document ?? [])
const dates = (options: Partial<Parameters<typeof countDays>[1]>) => [
  ...countDays(documents, { zone, ...options }).readingsPerDate,
]

describe('counting days', () => {
  test('gives the readings of each local date, ascending over any order of months, and the last reading', () => {
    assert.deepEqual(countDays(documents, { zone }), {
      readingsPerDate: new Map([
        ['2026-09-30', 1],
        ['2026-10-10', 1],
        ['2026-10-12', 2],
      ]),
      dates: 3,
      lastReadingAt: at('2026-10-12', '13:00'),
    })
    assert.deepEqual(countDays([], { zone }), { readingsPerDate: new Map(), dates: 0 })
  })

  test('keeps to its dates, both included', () => {
    assert.deepEqual(dates({ from: '2026-10-10' }), [
      ['2026-10-10', 1],
      ['2026-10-12', 2],
    ])
    assert.deepEqual(dates({ from: '2026-10-11' }), [['2026-10-12', 2]])
    assert.deepEqual(dates({ to: '2026-10-10' }), [
      ['2026-09-30', 1],
      ['2026-10-10', 1],
    ])
    assert.deepEqual(dates({ to: '2026-10-09' }), [['2026-09-30', 1]])
  })

  test('leaves out what was measured before monitoring began', () => {
    assert.deepEqual(dates({ since: at('2026-10-12') }), [['2026-10-12', 2]])
    assert.deepEqual(dates({ since: at('2026-10-12') + 1000 }), [['2026-10-12', 1]])
  })

  test('takes the dates of the zone', () => {
    const late = [fold(at('2026-10-12', '23:30'))].flatMap((document) => document ?? [])
    assert.deepEqual([...countDays(late, { zone: 'UTC' }).readingsPerDate.keys()], ['2026-10-13'])
    assert.deepEqual([...countDays(late, { zone }).readingsPerDate.keys()], ['2026-10-12'])
  })

  test('leaves out only the reading that a retraction names', () => {
    const instant = at('2026-10-10')
    const one = readingFact({ at: instant, id: 'one' })
    const facts = [
      one,
      readingFact({ at: at('2026-10-11'), id: 'one' }),
      readingFact({ at: instant, id: 'two' }),
      readingFact({ at: instant, id: 'three' }),
      retractionFact(one),
    ]
    const document = facts.reduce<DaysDocument | undefined>(
      (held, fact, offset) => foldDays(held, fact, offset),
      undefined,
    )
    assert.deepEqual(document && [...countDays([document], { zone }).readingsPerDate], [
      ['2026-10-10', 2],
      ['2026-10-11', 1],
    ])
  })
})
