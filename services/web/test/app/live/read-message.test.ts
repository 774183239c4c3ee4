import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { readOpsReport, readPracticeMessage } from '../../../src/app/live/read-message.ts'
import { patch, row, window } from './fixtures.ts'

const period = {
  start: '2026-02-20',
  end: '2026-03-21',
  readingsPerDate: Array.from({ length: 30 }, () => 1),
}
const whole = row('a', 3, {
  period,
  lastReadingAt: 1_772_625_600_000,
  waitsFor: ['CONSENT', 'READING'],
  codes: [{ code: '99454', status: 'supported', units: 1 }],
  working: ['ada'],
})
const day = { clinician: 'ada', name: 'Ada Quinn, RN', date: '2026-03-04', seconds: 600 }

test('reads windows and patches, with and without what is optional', () => {
  const rows = [whole, row('b')]
  for (const message of [
    window(1, rows, { staff: [day], quick: ['call'] }),
    patch(2, rows),
    patch(2, rows, {
      patients: ['b', 'a'],
      total: 2,
      matching: 2,
      counts: { call: 1, near: 0, missing: 0, working: 2 },
    }),
    { ...patch(3, []), staff: [day] },
  ]) {
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
  ['a row without a name', { ...patch(2, []), rows: [{ ...whole, name: undefined }] }],
  ['a date that is none', { ...patch(2, []), rows: [{ ...whole, today: 'Wednesday' }] }],
  ['a null where nothing belongs', { ...patch(2, []), rows: [{ ...whole, lastReadingAt: null }] }],
  ['a row without its month', { ...patch(2, []), rows: [{ ...whole, month: undefined }] }],
  ['a gate that it does not know', { ...patch(2, []), rows: [{ ...whole, waitsFor: ['LUNCH'] }] }],
  ['a code of another status', { ...patch(2, []), rows: [{ ...whole, codes: [{ code: '99454' }] }] }],
  [
    'a window in an order that it does not know',
    { ...window(2, []), order: { key: 'age', direction: 'ascending' } },
  ],
  ['a window without its counts', { ...window(2, []), counts: undefined }],
  ['an order of numbers', { ...patch(2, []), patients: [1] }],
  ['a message without staff', { ...patch(2, []), staff: undefined }],
  ['a day of staff without seconds', { ...patch(2, []), staff: [{ ...day, seconds: undefined }] }],
  [
    'counts in words',
    { ...patch(2, []), rows: [{ ...whole, period: { ...period, readingsPerDate: ['1'] } }] },
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
