import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PatientRow } from '../src/index.ts'
import {
  comparing,
  isNearMark,
  needsCall,
  nextMark,
  type Order,
  ordered,
  quickFilters,
  searchedText,
  searchWords,
} from '../src/list.ts'

const row = (name: string, more: Partial<PatientRow> = {}): PatientRow => ({
  patient: name.toLowerCase().replaceAll(' ', '-'),
  name,
  zone: 'America/New_York',
  today: '2026-03-04',
  dataDays: 0,
  waitsFor: [],
  month: { month: '2026-03', seconds: 0, conversation: false },
  codes: [],
  working: [],
  changes: 0,
  ...more,
})
const month = (seconds: number, conversation = false) => ({
  month: { month: '2026-03', seconds, conversation },
})
const met = (seconds: number, dataDays = 0, conversation = false) => ({
  ...month(seconds, conversation),
  dataDays,
  waitsFor: [],
})

test('a call is needed from ten minutes on, unless someone spoke', () => {
  assert.deepEqual(
    [599, 600, 3_600].map((seconds) => needsCall(met(seconds))),
    [false, true, true],
  )
  assert.equal(needsCall(met(600, 0, true)), false)
})

test('near is within two minutes below a mark, or two days below sixteen', () => {
  const near = [0, 479, 480, 599, 600, 1_080, 2_279, 2_280, 3_599, 3_600].map((s) => isNearMark(met(s)))
  assert.deepEqual(near, [false, false, true, true, false, true, false, true, true, false])
  assert.deepEqual(
    [13, 14, 15, 16].map((days) => isNearMark(met(0, days))),
    [false, true, true, false],
  )
})

test('the next mark is the first that is not reached', () => {
  assert.deepEqual([0, 600, 1_199, 3_599, 3_600].map(nextMark), [600, 1_200, 1_200, 3_600, undefined])
})

test('each quick filter holds of those it is about', () => {
  const rows = [
    row('Zoe Ng', { ...month(700), working: ['ada'] }),
    row('Émile Roy', month(590)),
    row('Adam Ng', { ...month(700, true), waitsFor: ['ORDER'] }),
    row('Bea Ito', { dataDays: 14, waitsFor: ['READING'] }),
  ]
  const held = Object.entries(quickFilters).map(([name, holds]) => [
    name,
    ...rows.filter(holds).map((one) => one.name),
  ])
  assert.deepEqual(held, [
    ['call', 'Zoe Ng'],
    ['near', 'Émile Roy', 'Bea Ito'],
    ['missing', 'Adam Ng'],
    ['working', 'Zoe Ng'],
  ])
})

test('a patient is found by parts of name and id, without accents and in any order', () => {
  const finds = (search: string, name: string) => {
    const text = searchedText(row(name))
    return searchWords(search).every((word) => text.includes(word))
  }
  assert.ok(finds('emi', 'Émile Roy'))
  assert.ok(finds(' NG zo', 'Zoe Ng'))
  assert.ok(finds('bea-ito', 'Bea Ito'))
  assert.ok(finds('  ', 'Bea Ito'))
  assert.ok(!finds('ng zoe bea', 'Zoe Ng'))
})

/** Both ways of ordering, which must agree. */
function namesIn(rows: readonly PatientRow[], order: Order): string[] {
  const sorted = rows.toSorted(comparing(order))
  const byName = rows.toSorted(comparing({ key: 'name', direction: 'ascending' }))
  const made = ordered(
    byName.map((one) => ({ row: one })),
    order,
  )
  assert.deepEqual(
    made.map((item) => item.row),
    sorted,
  )
  return sorted.map(({ name }) => name)
}

test('names are ordered as people do, whatever their case and accents, and back', () => {
  const rows = ['Zoe Ng', 'Émile Roy', 'adam Ng', 'Bea 10', 'Bea 2'].map((name) => row(name))
  const names = ['adam Ng', 'Bea 2', 'Bea 10', 'Émile Roy', 'Zoe Ng']
  assert.deepEqual(namesIn(rows, { key: 'name', direction: 'ascending' }), names)
  assert.deepEqual(namesIn(rows, { key: 'name', direction: 'descending' }), names.toReversed())
})

test('equal counts stay in the order of names in both directions', () => {
  const rows = [row('Zoe', { dataDays: 2 }), row('Emil', { dataDays: 9 }), row('Adam', { dataDays: 2 })]
  assert.deepEqual(namesIn(rows, { key: 'days', direction: 'ascending' }), ['Adam', 'Zoe', 'Emil'])
  assert.deepEqual(namesIn(rows, { key: 'days', direction: 'descending' }), ['Emil', 'Adam', 'Zoe'])
})

test('a patient who never sent a reading has waited longest', () => {
  const rows = [row('Ada', { lastReadingAt: 5 }), row('Bo')]
  assert.deepEqual(namesIn(rows, { key: 'last', direction: 'ascending' }), ['Bo', 'Ada'])
})

test('those who need a call come before those who had none yet, and they before those who were spoken with', () => {
  const rows = [row('spoken', month(900, true)), row('needed', month(900)), row('early', month(60))]
  assert.deepEqual(namesIn(rows, { key: 'call', direction: 'descending' }), ['needed', 'early', 'spoken'])
})

test('codes are ordered by units, and who is not set up has less than none', () => {
  const code = (units: number) => ({ code: '99458', status: 'supported', units }) as const
  const rows = [
    row('none'),
    row('three', { codes: [code(2), code(1)] }),
    row('blocked', { waitsFor: ['CONSENT'] }),
    row('one', { codes: [code(1)] }),
  ]
  assert.deepEqual(namesIn(rows, { key: 'codes', direction: 'ascending' }), [
    'blocked',
    'none',
    'one',
    'three',
  ])
})

test('minutes and who is on it are ordered by number', () => {
  const rows = [row('a', month(9)), row('b', { ...month(5), working: ['ada', 'ben'] })]
  assert.deepEqual(namesIn(rows, { key: 'minutes', direction: 'descending' }), ['a', 'b'])
  assert.deepEqual(namesIn(rows, { key: 'working', direction: 'descending' }), ['b', 'a'])
})
