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

const line = { code: '99454', from: '2026-03-01', to: '2026-03-30' }
const stretch = { program: 'RPM', category: 'data-review', from: call.startedAt, until: call.endedAt }
const entry = { startedAt: call.startedAt, clinician: 'ada', version: 0 }
const note = { notedAt: call.startedAt, category: 'data-review', readings: [] }
const parts = (text: string) => ({ dataReviewed: text, assessment: text, decision: text, nextStep: text })
/** Every body in which a text is typed, made with one. */
const texts = {
  changeCredential: (reason: string) => ({ credential: 'physician', reason }),
  closeEpisode: (reason: string) => ({ reason }),
  voidVisit: (reason: string) => ({ reason }),
  dismissReadings: (reason: string) => ({ reason }),
  enterTime: (reason: string) => ({ ...stretch, reason }),
  amendTime: (reason: string) => ({ ...entry, ...stretch, reason }),
  voidTime: (reason: string) => ({ ...entry, reason }),
  decideEntry: (reason: string) => ({ startedAt: call.startedAt, decision: 'declined', reason }),
  voidInteraction: (reason: string) => ({ startedAt: call.startedAt, reason }),
  writeNote: (text: string) => ({ ...note, ...parts(text) }),
  amendNote: (text: string) => ({ ...note, version: 0, ...parts(text), reason: text }),
  unlockClaim: (reason: string) => ({ ...line, reason }),
  decideHeld: (reason: string) => ({ ...line, decision: 'released', units: 1, reason }),
  settleChange: (reason: string) => ({ ...line, action: 'left', reason }),
} as const

for (const [operation, bodyOf] of Object.entries(texts))
  test(`${operation} takes texts of every script and of several lines, and none that holds a control character or turns the text`, () => {
    const validator = Compile(operationSchemas[operation as keyof typeof texts].body)
    for (const text of ['Ada’s cuff.\n\tSeen.\r\nCalled.', 'اتصلت بالمريض', '👩🏽‍⚕️ Ada'])
      assert.ok(validator.Check(bodyOf(text)), text)
    for (const character of refused.filter((each) => !['\t', '\n', '\r'].includes(each)))
      assert.ok(!validator.Check(bodyOf(`Seen${character}today`)), JSON.stringify(character))
  })

test('each text of a note is held to it by itself', () => {
  const validator = Compile(operationSchemas.writeNote.body)
  for (const part of Object.keys(parts('')))
    assert.ok(!validator.Check({ ...note, ...parts('Seen.'), [part]: 'Seen\u202e.' }), part)
})

test('a request takes no text but a password that is held to no pattern', () => {
  const free: string[] = []
  const look = (where: string, schema: unknown): void => {
    if (typeof schema !== 'object' || schema === null) return
    const { type, maxLength = 0, pattern } = schema as Record<string, unknown>
    if (type === 'string' && Number(maxLength) > 1 && pattern === undefined) free.push(where)
    for (const [name, inner] of Object.entries(schema)) look(`${where}.${name}`, inner)
  }
  for (const [operation, schemas] of Object.entries(operationSchemas))
    if ('body' in schemas) look(operation, schemas.body)
  assert.deepEqual(free.toSorted(), [
    'changePassword.properties.current',
    'changePassword.properties.next',
    'registerUser.properties.password',
    'signIn.properties.password',
  ])
})

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
