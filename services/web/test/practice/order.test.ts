import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PatientRow } from '@cufflink/contracts'
import { clicked, matching, sorted } from '../../src/practice/order.ts'
import { row } from '../live/fixtures.ts'

const tracked = (name: string, dataDays: number, lastReadingAt?: number) => {
  const more: Partial<PatientRow> = lastReadingAt === undefined ? { name } : { name, lastReadingAt }
  return { row: row(`id-${dataDays}-${lastReadingAt ?? 0}`, dataDays, more), rises: 0 }
}

const rows = [
  tracked('Zoe Ng', 2, 50),
  tracked('Émile Roy', 9),
  tracked('adam Ng', 2, 90),
  tracked('Bea Ito', 4, 10),
]
const names = (list: readonly { row: PatientRow }[]) => list.map(({ row: { name } }) => name)

test('sorts names as people do, whatever their case and accents', () => {
  assert.deepEqual(names(sorted(rows, { key: 'name', direction: 'ascending' })), [
    'adam Ng',
    'Bea Ito',
    'Émile Roy',
    'Zoe Ng',
  ])
})

test('equal counts stay in the order of names in both directions', () => {
  assert.deepEqual(names(sorted(rows, { key: 'days', direction: 'ascending' })), [
    'adam Ng',
    'Zoe Ng',
    'Bea Ito',
    'Émile Roy',
  ])
  assert.deepEqual(names(sorted(rows, { key: 'days', direction: 'descending' })), [
    'Émile Roy',
    'Bea Ito',
    'adam Ng',
    'Zoe Ng',
  ])
})

test('who never sent a reading has waited longest', () => {
  assert.equal(names(sorted(rows, { key: 'last', direction: 'ascending' }))[0], 'Émile Roy')
})

test('a header clicked again turns the order round, another one begins its own', () => {
  const byName = { key: 'name', direction: 'ascending' } as const
  assert.deepEqual(clicked(byName, 'name'), { key: 'name', direction: 'descending' })
  assert.deepEqual(clicked(byName, 'days'), { key: 'days', direction: 'descending' })
})

test('finds patients by parts of name and id, without accents and in any order', () => {
  assert.deepEqual(names(matching(rows, 'emi')), ['Émile Roy'])
  assert.deepEqual(names(matching(rows, ' NG zo')), ['Zoe Ng'])
  assert.deepEqual(names(matching(rows, 'id-4-10')), ['Bea Ito'])
  assert.deepEqual(matching(rows, '  '), rows)
  assert.deepEqual(matching(rows, 'nobody'), [])
})
