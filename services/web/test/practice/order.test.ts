import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PatientRow } from '@cufflink/contracts'
import { clicked, sorted } from '../../src/practice/order.ts'
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

const worth = (name: string, more: Partial<PatientRow>) => ({
  row: row(name, 0, { name, ...more }),
  rises: 0,
})
const month = (seconds: number, conversation: boolean) => ({
  month: { month: '2026-03', seconds, conversation },
})
const code = (units: number) => ({ code: '99458', status: 'supported', units }) as const

test('who needs a call comes before who had none yet, and they before who was spoken to', () => {
  const list = [
    worth('spoken', month(900, true)),
    worth('needed', month(900, false)),
    worth('early', month(60, false)),
  ]
  assert.deepEqual(names(sorted(list, { key: 'call', direction: 'descending' })), [
    'needed',
    'early',
    'spoken',
  ])
})

test('codes are ordered by units, and who is not set up has less than none', () => {
  const list = [
    worth('none', {}),
    worth('three', { codes: [code(2), code(1)] }),
    worth('blocked', { waitsFor: ['CONSENT'] }),
    worth('one', { codes: [code(1)] }),
  ]
  assert.deepEqual(names(sorted(list, { key: 'codes', direction: 'ascending' })), [
    'blocked',
    'none',
    'one',
    'three',
  ])
})

test('minutes and who is on it are ordered by number', () => {
  const list = [worth('a', month(9, false)), worth('b', { ...month(5, false), working: ['ada', 'ben'] })]
  assert.deepEqual(names(sorted(list, { key: 'minutes', direction: 'descending' })), ['a', 'b'])
  assert.deepEqual(names(sorted(list, { key: 'working', direction: 'descending' })), ['b', 'a'])
})
