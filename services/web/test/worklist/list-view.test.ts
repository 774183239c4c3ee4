import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clicked, toggled } from '../../src/worklist/list-view.ts'

test('a quick filter is put in and taken out', () => {
  assert.deepEqual(toggled(['call'], 'near'), ['call', 'near'])
  assert.deepEqual(toggled(['call', 'near'], 'call'), ['near'])
})

test('a header clicked again turns the order round, another one begins its own', () => {
  const byName = { key: 'name', direction: 'ascending' } as const
  assert.deepEqual(clicked(byName, 'name'), { key: 'name', direction: 'descending' })
  assert.deepEqual(clicked(byName, 'days'), { key: 'days', direction: 'descending' })
})
