import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PatientRow } from '@cufflink/contracts'
import { countsOf, holding, matching, toggled } from '../../src/practice/filters.ts'
import { firstView, viewed } from '../../src/practice/list-view.ts'
import { row } from '../live/fixtures.ts'

const tracked = (name: string, more: Partial<PatientRow> = {}) => ({
  row: row(name.toLowerCase().replaceAll(' ', '-'), 0, { name, ...more }),
  rises: 0,
})
const month = (seconds: number, conversation = false) => ({
  month: { month: '2026-03', seconds, conversation },
})

const rows = [
  tracked('Zoe Ng', { ...month(700), working: ['ada'] }),
  tracked('Émile Roy', month(590)),
  tracked('Adam Ng', { ...month(700, true), waitsFor: ['ORDER'] }),
  tracked('Bea Ito', { dataDays: 14, waitsFor: ['READING'] }),
]
const names = (list: readonly { row: PatientRow }[]) => list.map(({ row: { name } }) => name)

test('finds patients by parts of name and id, without accents and in any order', () => {
  assert.deepEqual(names(matching(rows, 'emi')), ['Émile Roy'])
  assert.deepEqual(names(matching(rows, ' NG zo')), ['Zoe Ng'])
  assert.deepEqual(names(matching(rows, 'bea-ito')), ['Bea Ito'])
  assert.deepEqual(matching(rows, '  '), rows)
  assert.deepEqual(matching(rows, 'nobody'), [])
})

test('each quick filter leaves those it is about, and several leave those of all', () => {
  assert.deepEqual(names(holding(rows, ['call'])), ['Zoe Ng'])
  assert.deepEqual(names(holding(rows, ['near'])), ['Émile Roy', 'Bea Ito'])
  assert.deepEqual(names(holding(rows, ['missing'])), ['Adam Ng'])
  assert.deepEqual(names(holding(rows, ['working', 'call'])), ['Zoe Ng'])
  assert.deepEqual(holding(rows, ['working', 'missing']), [])
  assert.deepEqual(holding(rows, []), rows)
})

test('the buttons say of how many each holds', () => {
  assert.deepEqual(countsOf(rows), { call: 1, near: 2, missing: 1, working: 1 })
})

test('a quick filter is put in and taken out', () => {
  assert.deepEqual(toggled(['call'], 'near'), ['call', 'near'])
  assert.deepEqual(toggled(['call', 'near'], 'call'), ['near'])
})

test('a view filters, then orders', () => {
  const list = new Map(rows.map((one) => [one.row.patient, one]))
  assert.deepEqual(names(viewed(list, firstView)), ['Adam Ng', 'Bea Ito', 'Émile Roy', 'Zoe Ng'])
  const view = { ...firstView, filter: 'ng', order: { key: 'minutes', direction: 'descending' } } as const
  assert.deepEqual(names(viewed(list, view)), ['Adam Ng', 'Zoe Ng'])
})
