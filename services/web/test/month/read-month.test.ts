import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { MonthMessage } from '@cufflink/contracts'
import { liveSchemas } from '@cufflink/contracts'
import fc from 'fast-check'
import { Compile } from 'typebox/compile'
import { readMonthMessage } from '../../src/app/live/read-month.ts'
import { monthLine, opened } from './fixtures.ts'

const schema = Compile(liveSchemas.MonthMessage)

const messages: readonly MonthMessage[] = [
  opened,
  { type: 'month.lines', patients: ['a', 'b'], lines: [monthLine('a', '99454')], failed: ['b'] },
  { type: 'month.progress', step: 'locking', done: 1, of: 9 },
  { type: 'month.closing-ended', closing: 'c-1', locked: 3 },
  { type: 'month.closing-ended', closing: 'c-1', locked: 0, code: 'INTERNAL' },
]

test('reads every message that the server may send', () => {
  for (const message of messages) {
    assert.ok(schema.Check(message))
    assert.deepEqual(readMonthMessage(JSON.stringify(message)), message)
  }
})

const broken: readonly unknown[] = [
  { ...opened, type: 'months' },
  { ...opened, patients: '3' },
  {
    type: 'month.lines',
    patients: ['a'],
    lines: [{ ...monthLine('a', '99454'), standing: 'done' }],
    failed: [],
  },
  { type: 'month.progress', step: 'waiting', done: 1, of: 9 },
  { type: 'month.closing-ended', locked: 3 },
]

for (const message of broken) {
  test(`does not read ${JSON.stringify(message).slice(0, 60)}`, () =>
    assert.equal(readMonthMessage(JSON.stringify(message)), undefined))
}

test('any text is read or refused, never thrown on', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => assert.equal(readMonthMessage(text), undefined)),
  )
})
