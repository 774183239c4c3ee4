import assert from 'node:assert/strict'
import { test } from 'node:test'
import { outcomesOf as outcomesTaken } from '@cufflink/contracts'
import type { CallDraft, CallEvent } from '../../src/chart/calls/call-draft.ts'
import {
  callBody,
  emptyCall,
  evolveCall,
  isCallDraft,
  lengthHint,
  longCall,
  outcomesOf,
} from '../../src/chart/calls/call-draft.ts'
import { callText, mayVoid } from '../../src/chart/calls/call-text.ts'
import { call, nowMs } from './fixtures.ts'

const fold = (...events: CallEvent[]): CallDraft => events.reduce(evolveCall, emptyCall)
const from = { type: 'began', atMs: nowMs } as const
const until = { type: 'ended', atMs: nowMs + 90_000 } as const

test('needs both instants, in their order', () => {
  assert.equal(callBody(fold()), 'Say when it began.')
  assert.equal(callBody(fold(from)), 'Say when it ended.')
  assert.equal(
    callBody(fold(until, { type: 'began', atMs: nowMs + 100_000 })),
    'It must end after it begins.',
  )
})

test('a conversation with the patient', () => {
  assert.deepEqual(callBody(fold(from, until)), {
    startedAt: nowMs,
    endedAt: nowMs + 90_000,
    mode: 'phone',
    direction: 'outbound',
    reached: 'patient',
    outcome: 'talked',
  })
})

test('a caregiver is named with the relation, and only a caregiver', () => {
  const caregiver = fold(from, until, { type: 'reached', reached: 'caregiver' })
  assert.equal(callBody(caregiver), 'Name the caregiver and the relation.')
  const named = [
    { type: 'named', caregiver: ' Rosa Diaz ' },
    { type: 'related', relation: 'daughter' },
  ] as const satisfies readonly CallEvent[]
  const body = callBody(named.reduce(evolveCall, caregiver))
  assert.ok(typeof body === 'object')
  assert.deepEqual(body.caregiver, { name: 'Rosa Diaz', relation: 'daughter' })
  const patient = callBody(fold(...named, from, until))
  assert.ok(typeof patient === 'object' && patient.caregiver === undefined)
})

test('the outcome fits the person who was reached', () => {
  const nobody = fold({ type: 'reached', reached: 'nobody' })
  assert.equal(nobody.outcome, 'no-answer')
  assert.equal(evolveCall(nobody, { type: 'reached', reached: 'patient' }).outcome, 'talked')
  assert.ok(!outcomesOf('nobody').includes('talked'))
  for (const reached of ['patient', 'caregiver', 'nobody'] as const)
    assert.deepEqual(outcomesOf(reached).toSorted(), outcomesTaken[reached].toSorted())
})

test('warns of a conversation that is too short to count, and of none else', () => {
  const short = fold(from, { type: 'ended', atMs: nowMs + 59_999 })
  assert.match(lengthHint(short) ?? '', /not count/)
  assert.equal(lengthHint(evolveCall(short, { type: 'reached', reached: 'nobody' })), 'It took 0:59.')
  assert.equal(lengthHint(fold(from, { type: 'ended', atMs: nowMs + 60_000 })), 'It took 1:00.')
})

test('that took over an hour is to be confirmed, over a day is refused', () => {
  const lasting = (ms: number) => fold(from, { type: 'ended', atMs: nowMs + ms })
  assert.equal(longCall(lasting(3_600_000), 3_600_000), undefined)
  assert.equal(longCall(lasting(12 * 3_600_000), 3_600_000), '12 h 00 min')
  const tooLong = callBody(lasting(86_400_001))
  assert.ok(typeof tooLong === 'string' && /24 hours at most/.test(tooLong))
})

test('goes on from its button to its end, not when its beginning is typed', () => {
  const live = fold({ ...from, goesOn: true })
  assert.ok(live.goesOn)
  assert.ok(evolveCall(live, { type: 'began', atMs: nowMs - 5_000 }).goesOn, 'corrected meanwhile')
  assert.equal(fold(from).goesOn, undefined)
  assert.equal(evolveCall(live, until).goesOn, undefined)
  assert.ok(isCallDraft(live))
})

test('is told in words', () => {
  assert.equal(callText(call()), 'Phone, outgoing, the patient')
  const caregiver = { name: 'Rosa Diaz', relation: 'daughter' }
  assert.equal(
    callText(call({ mode: 'video', direction: 'inbound', reached: 'caregiver', caregiver })),
    'Video, incoming, Rosa Diaz (daughter)',
  )
  assert.equal(
    callText(call({ reached: 'nobody', outcome: 'left-message' })),
    'Phone, outgoing, no one: left a message',
  )
})

test('one’s own can be voided once, anybody’s by an administrator', () => {
  const work = { work: true, enrol: true, visit: true, correct: false }
  assert.ok(mayVoid(call(), { user: 'ada', may: work }))
  assert.equal(mayVoid(call(), { user: 'ben', may: work }), false)
  assert.ok(mayVoid(call(), { user: 'ben', may: { ...work, work: false, correct: true } }))
  assert.equal(mayVoid(call({ voided: true }), { user: 'ada', may: work }), false)
})
