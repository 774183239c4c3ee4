import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Change } from '../../src/queues/change-text.ts'
import { changeText, differenceText, usualAction } from '../../src/queues/change-text.ts'
import type { Polled } from '../../src/queues/polled.ts'
import { evolvePolled } from '../../src/queues/polled.ts'

const change: Change = {
  patient: 'p-1',
  name: 'Ann Ito',
  from: '2026-03-01',
  to: '2026-03-31',
  oldCode: '99457',
  newCode: '99470',
  oldUnits: 1,
  newUnits: 1,
  differenceCents: -2_572,
  foundAt: 1,
  submitted: true,
}

test('says what it was and what it would be', () => {
  assert.equal(changeText(change), '99457 → 99470')
  assert.equal(changeText({ ...change, oldCode: '99458', oldUnits: 2, newCode: '99458' }), '99458 ×2 → 99458')
  const { newCode: _, ...none } = change
  assert.equal(changeText({ ...none, newUnits: 0 }), '99457 → nothing')
})

test('a difference has its sign', () => {
  assert.deepEqual([-2_572, 0, 4_142].map(differenceText), ['−$25.72', '+$0.00', '+$41.42'])
})

test('money to give back is refunded, unless the claim has not gone out', () => {
  assert.equal(usualAction(change), 'refunded')
  assert.equal(usualAction({ ...change, submitted: false }), 'corrected')
  assert.equal(usualAction({ ...change, differenceCents: 1 }), 'corrected')
})

test('a failure keeps what was known; an answer takes the failure away', () => {
  const refusal = { message: 'The server did not answer.', conflicts: [] }
  const known: Polled<number> = evolvePolled({}, { type: 'answered', answer: 3 })
  const failed = evolvePolled(known, { type: 'failed', refusal })
  assert.deepEqual(failed, { answer: 3, refusal })
  assert.deepEqual(evolvePolled(failed, { type: 'answered', answer: 4 }), { answer: 4 })
  assert.deepEqual(evolvePolled<number>({}, { type: 'failed', refusal }), { refusal })
})
