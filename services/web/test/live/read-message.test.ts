import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { readOpsReport, readPracticeMessage } from '../../src/live/read-message.ts'
import { patch, row, snapshot } from './fixtures.ts'

const period = {
  start: '2026-02-20',
  end: '2026-03-21',
  readingsPerDate: Array.from({ length: 30 }, () => 1),
}
const whole = row('a', 3, { period, lastReadingAt: 1_772_625_600_000 })

test('reads snapshots and patches, with and without what is optional', () => {
  for (const message of [snapshot(1, [whole, row('b')]), patch(2, [whole, row('b')])]) {
    assert.deepEqual(readPracticeMessage(JSON.stringify(message)), message)
  }
})

test('lets further members through, so that a newer server can be read', () => {
  assert.notEqual(readPracticeMessage(JSON.stringify({ ...patch(2, [whole]), later: 1 })), undefined)
})

const broken: readonly (readonly [string, unknown])[] = [
  ['no object', [patch(2, [])]],
  ['another type', { ...patch(2, []), type: 'bye' }],
  ['a version in words', { ...patch(2, []), version: '2' }],
  ['a row without a name', { ...patch(2, []), patients: [{ ...whole, name: undefined }] }],
  ['a date that is none', { ...patch(2, []), patients: [{ ...whole, today: 'Wednesday' }] }],
  ['a null where nothing belongs', { ...patch(2, []), patients: [{ ...whole, lastReadingAt: null }] }],
  [
    'counts in words',
    { ...patch(2, []), patients: [{ ...whole, period: { ...period, readingsPerDate: ['1'] } }] },
  ],
]

for (const [what, message] of broken) {
  test(`does not read ${what}`, () => assert.equal(readPracticeMessage(JSON.stringify(message)), undefined))
}

test('any text is read or refused, never thrown on', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      assert.equal(readPracticeMessage(text), undefined)
      assert.equal(readOpsReport(text), undefined)
    }),
  )
})
