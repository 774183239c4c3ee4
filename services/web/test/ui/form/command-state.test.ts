import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Refused } from '@cufflink/contracts/client'
import { nameFault, textFault } from '@cufflink/contracts/names'
import {
  commandKeys,
  evolveCommand,
  idleCommand,
  refusalOf,
  underLockOf,
} from '../../../src/ui/form/command-state.ts'
import { conflictsOf } from '../../../src/ui/form/conflicts.ts'

test('goes from sending to done or refused, and can be sent again', () => {
  const sending = evolveCommand(idleCommand, { type: 'sent' })
  assert.equal(sending.phase, 'sending')
  assert.equal(evolveCommand(sending, { type: 'answered' }).phase, 'done')
  const refused = evolveCommand(sending, { type: 'failed', error: new Error('net'), content: 'one' })
  assert.equal(refused.phase, 'refused')
  assert.equal(evolveCommand(refused, { type: 'sent' }).phase, 'sending')
  assert.equal(evolveCommand(refused, { type: 'forgotten' }).phase, 'idle')
})

test('a refusal says its code and sentence; no answer says that nothing is known', () => {
  const error = new Refused(409, { code: 'VERSION_CONFLICT', message: 'Someone changed this.' })
  assert.deepEqual(refusalOf(error), {
    code: 'VERSION_CONFLICT',
    message: 'Someone changed this.',
    conflicts: [],
  })
  assert.equal(refusalOf(new TypeError('fetch failed')).code, undefined)
})

test('what the schema refuses is told by the names of the fields, without its numbers and paths', () => {
  const violations = [
    { property: 'body.from', rule: 'minimum' },
    { property: 'body.caregiver.name', rule: 'maxLength' },
    { property: 'body.orderedAt', rule: 'type' },
    { property: 'body.caregiver.relation', rule: 'name' },
    { property: 'body.reason', rule: 'text' },
  ]
  const message = 'Not a request. body.from must be >= 946684800000.'
  const error = new Refused(400, { code: 'REQUEST_INVALID', message, violations })
  assert.equal(
    refusalOf(error).message,
    '“from” is too small, or too long ago; “name” is too long; “ordered” cannot be recorded as it is; ' +
      `“relation” ${nameFault}; “reason” ${textFault}. Nothing was saved.`,
  )
})

test('what was refused because of a locked line is sent again with word that its sender knows, and nothing else is', () => {
  const refusedWith = (code: string, content: string, before = idleCommand) =>
    evolveCommand(before, {
      type: 'failed',
      error: new Refused(409, { code, message: 'A sentence.' }),
      content,
    })
  const locked = refusedWith('TIME_LOCKED', 'one')
  const isTold = { acknowledgeLocked: true }
  // It is refused for another reason, and sent once more.
  for (const state of [
    locked,
    evolveCommand(locked, { type: 'sent' }),
    refusedWith('DEVICE_HELD', 'one', locked),
  ]) {
    assert.deepEqual(underLockOf(state, 'one'), isTold)
    assert.equal(underLockOf(state, 'other'), undefined)
  }
  const other = refusedWith('TIME_LOCKED', 'other', locked)
  assert.deepEqual([underLockOf(other, 'other'), underLockOf(other, 'one')], [isTold, undefined])
  for (const type of ['answered', 'forgotten'] as const)
    assert.equal(underLockOf(evolveCommand(locked, { type }), 'one'), undefined)
  assert.equal(underLockOf(refusedWith('TIME_OVERLAPS', 'one'), 'one'), undefined)
})

test('a command without an answer keeps its key; an answered or another one gets a new', () => {
  let made = 0
  const keys = commandKeys(() => `key-${(made += 1)}`)
  assert.equal(keys.keyFor('a'), 'key-1')
  assert.equal(keys.keyFor('a'), 'key-1')
  assert.equal(keys.keyFor('b'), 'key-2')
  keys.answered()
  assert.equal(keys.keyFor('b'), 'key-3')
})

test('overlaps are read from what the server sent; other shapes are left out', () => {
  const overlap = { patient: 'p-2', start: 1, end: 2, program: 'RPM', category: 'data-review' }
  assert.deepEqual(conflictsOf({ conflicts: [overlap, { patient: 3 }, {}] }), [overlap])
})
