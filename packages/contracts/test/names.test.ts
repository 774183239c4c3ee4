import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Compile } from 'typebox/compile'
import { isFact, operationSchemas } from '../src/index.ts'

const zone = 'America/New_York'
const call = {
  startedAt: 1_790_000_000_000,
  endedAt: 1_790_000_300_000,
  mode: 'phone',
  direction: 'outbound',
  reached: 'caregiver',
  outcome: 'talked',
}
/** Every body in which a name is typed, made with one. */
const bodies = {
  openPractice: (name: string) => ({ name, zone }),
  enrolPatient: (name: string) => ({ name, zone }),
  registerUser: (name: string) => ({ name, roles: ['clinician'] }),
  registerDevice: (model: string) => ({ device: 'bp-1', model }),
  recordInteraction: (name: string) => ({ ...call, caregiver: { name, relation: name } }),
  submitClaim: (reference: string) => ({
    code: '99454',
    from: '2026-03-01',
    to: '2026-03-30',
    reference,
  }),
} as const

const turning = ['\u061c', '\u200e', '\u200f', '\u202a', '\u202e', '\u2066', '\u2069']
const refused = ['\u0000', '\t', '\n', '\r', '\u001b', '\u007f', '\u0085', '\u2028', '\u2029', ...turning]

for (const [operation, bodyOf] of Object.entries(bodies)) {
  test(`${operation} takes names of every script, and none that holds a control character or turns the text`, () => {
    const validator = Compile(operationSchemas[operation as keyof typeof bodies].body)
    for (const name of ['Ada Lovelace', 'Zoë O’Brien-Ñúñez', '李小龙', 'محمد', 'נועה', '👩🏽‍⚕️ Ada'])
      assert.ok(validator.Check(bodyOf(name)), name)
    for (const character of refused)
      for (const name of [`Ada${character}Lovelace`, `Ada${character}`])
        assert.ok(!validator.Check(bodyOf(name)), JSON.stringify(name))
  })
}

test('a fact that was written with such a name stays readable', () => {
  const fact = {
    id: 'practice-1',
    type: 'practice.opened',
    v: 1,
    tenant: 'cedar',
    at: 1_790_000_000_000,
    by: 'user:ada',
    data: { name: 'Cedar\u202e\tClinic', zone },
  }
  assert.ok(isFact(fact))
})
