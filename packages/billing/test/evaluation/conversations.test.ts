import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { FactOf } from '@cufflink/contracts'
import { at, called, MINUTE, worked } from '@cufflink/folds/invented/facts'
import { evaluated, line, timeCodes } from '../patients.ts'

const on = '2026-03-10'

describe('an interactive communication', () => {
  const met = (changes: Partial<FactOf<'interaction.recorded'>['data']>) =>
    timeCodes(evaluated({ time: [worked(on, 1200), called(on, changes)], on })) === '99457'

  test('counts from 60 s of connected time on, when patient or caregiver was reached', () => {
    const startedAt = at(on, '09:00')
    assert.ok(met({ startedAt, endedAt: startedAt + 60_000 }))
    assert.ok(!met({ startedAt, endedAt: startedAt + 59_999 }))
    assert.ok(met({ reached: 'caregiver' }))
    assert.ok(!met({ reached: 'nobody' }))
  })

  test('counts only of someone whose time counts', () => {
    assert.ok(met({ clinician: 'dr-lee' }))
    assert.ok(!met({ clinician: 'clerk-cy' }))
    assert.ok(!met({ clinician: 'nobody-knows' }))
  })

  test('counts by its outcome: talked or cut off, not a message, a refusal or no answer', () => {
    const counted = (outcome: 'talked' | 'left-message' | 'no-answer' | 'declined' | 'cut-off') => {
      const call = called(on)
      const time = [worked(on, 1200), { ...call, v: 2 as const, data: { ...call.data, outcome } }]
      const { evidence } = line(evaluated({ time, on }), '99457')
      return evidence.kind === 'time' ? evidence.conversations.map((held) => held.outcome) : []
    }
    for (const outcome of ['talked', 'cut-off'] as const) assert.deepEqual(counted(outcome), [outcome])
    for (const outcome of ['left-message', 'no-answer', 'declined'] as const)
      assert.deepEqual(counted(outcome), [])
  })

  test('counts only once it has taken place', () => {
    const startedAt = at(on, '09:00')
    const written = (atMs: number) => ({
      ...called(on, { startedAt, endedAt: startedAt + 5 * MINUTE }),
      at: atMs,
    })
    const counted = (atMs: number, asOf = at('2026-06-01')) =>
      timeCodes(evaluated({ time: [worked(on, 1200), written(atMs)], on, asOf })) === '99457'
    assert.ok(counted(startedAt + 5 * MINUTE))
    assert.ok(!counted(startedAt + 5 * MINUTE - 1))
    const early = { ...written(startedAt + 5 * MINUTE + 30_000) }
    const ended = { ...early, data: { ...early.data, endedAt: early.at + 20_000 } }
    const missing = (asOf: number) =>
      line(evaluated({ time: [worked(on, 1200), ended], on, asOf }), '99457').missing.conversation
    assert.deepEqual([missing(early.at + 19_999), missing(early.at + 20_000)], [true, undefined])
  })

  test('is named with who spoke, with which person, how, and where it stands on the ledger', () => {
    const { evidence } = line(evaluated({ time: [worked(on, 1200), called(on)], on }), '99457')
    assert.ok(evidence.kind === 'time')
    assert.deepEqual(evidence.conversations, [
      {
        startedAt: at(on, '09:00'),
        endedAt: at(on, '09:03'),
        clinician: 'nurse-ada',
        mode: 'phone',
        direction: 'outbound',
        reached: 'patient',
        offset: 1,
      },
    ])
  })

  test('counts in the month in which it began, in the practice’s zone', () => {
    const begun = (date: string, time: string) => ({
      startedAt: at(date, time),
      endedAt: at(date, time) + 5 * MINUTE,
    })
    assert.ok(met(begun('2026-03-01', '00:00')))
    assert.ok(met(begun('2026-03-31', '23:59')))
    assert.ok(!met(begun('2026-02-28', '23:59')))
    assert.ok(!met(begun('2026-04-01', '00:00')))
  })

  test('counts from the minute in which it was written', () => {
    const time = [worked(on, 1200), called(on)]
    const missing = (asOf: number) => line(evaluated({ time, on, asOf }), '99457').missing.conversation
    assert.deepEqual([missing(at(on, '09:03') - 1), missing(at(on, '09:03'))], [true, undefined])
  })

  test('counts no longer once it is voided', () => {
    const call = called(on)
    const { patient, interaction, startedAt } = call.data
    const void_ = {
      ...call,
      id: 'void',
      type: 'interaction.voided' as const,
      data: { patient, interaction, startedAt, reason: 'wrong chart' },
    }
    assert.equal(timeCodes(evaluated({ time: [worked(on, 1200), call, void_], on })), '')
  })
})
