import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { StandingClaim } from '@cufflink/billing'
import type { BodyOf, ErrorCode } from '@cufflink/contracts'
import * as decide from '../../src/decide/claims.ts'
import { DAY_MS } from '../charts-fixture.ts'
import { asks, fact, listed, NOW, patient, refuses } from './decide-fixture.ts'

const line = { code: '99457', from: '2026-02-01', to: '2026-02-28' }
const claim = (changes: Partial<StandingClaim> = {}) => ({
  claim: { ...line, units: 1, amountCents: 5_000, ...changes } as StandingClaim,
})
const none = { claim: undefined }
const change = { data: {}, foundAt: NOW } as NonNullable<StandingClaim['change']>

const submits = (state = claim(), body: Partial<BodyOf<'submitClaim'>> = {}) =>
  decide.submitClaim(state, asks<'submitClaim'>({ ...line, ...body }))
const unlocks = (state: { claim: StandingClaim | undefined } = claim(), body: object = {}) =>
  decide.unlockClaim(state, asks<'unlockClaim'>({ ...line, reason: 'x', ...body }))
const settles = (state: { claim: StandingClaim | undefined } = claim()) =>
  decide.settleChange(state, asks<'settleChange'>({ ...line, action: 'left', reason: 'x' }))

describe('Of a locked line', () => {
  const refusals: readonly (readonly [string, () => unknown, ErrorCode])[] = [
    ['a submission is refused where it is not locked', () => submits(none as never), 'LINE_NOT_LOCKED'],
    [
      'a submission of tomorrow is refused',
      () => submits(claim(), { submittedAt: NOW + DAY_MS }),
      'IN_THE_FUTURE',
    ],
    ['the opening is refused where it is not locked', () => unlocks(none), 'LINE_NOT_LOCKED'],
    [
      'the opening is refused after it was submitted, to one who does not know',
      () => unlocks(claim({ submittedAt: NOW })),
      'LINE_SUBMITTED',
    ],
    ['nothing is settled where it is not locked', () => settles(none), 'LINE_NOT_LOCKED'],
    ['nothing is settled where nothing has changed', () => settles(), 'CHANGE_UNKNOWN'],
  ]
  for (const [what, decides, code] of refusals) test(what, () => refuses(decides, code))

  test('what is said becomes a fact under its code and dates', () => {
    const said = [
      submits(),
      unlocks(claim({ submittedAt: NOW }), { submitted: true }),
      settles(claim({ change })),
    ]
    assert.deepEqual(
      said.map(({ facts }) => facts[0]?.data),
      [
        { ...line, patient, submittedAt: NOW },
        { ...line, patient, reason: 'x' },
        { ...line, patient, action: 'left', reason: 'x' },
      ],
    )
  })
})

describe('A decision about what is held of a line', () => {
  const decides = (
    state: Partial<Parameters<typeof decide.decideHeld>[0]> = {},
    body: Partial<BodyOf<'decideHeld'>> = {},
    changes = {},
  ) =>
    decide.decideHeld(
      { decisions: [], heldUnits: 2, ...state },
      asks<'decideHeld'>({ ...line, decision: 'released', units: 2, reason: 'x', ...body }, {}, changes),
    )
  const before = fact('claim.decided', { ...line, patient, decision: 'released', units: 1, reason: 'x' })

  test('is about one unit at least, and no more than are held', () => {
    refuses(() => decides({}, { units: 0 }), 'LINE_NOT_HELD')
    refuses(() => decides({}, { units: 3 }), 'LINE_NOT_HELD')
    refuses(() => decides({ heldUnits: 0 }), 'LINE_NOT_HELD')
    assert.equal(decides({ heldUnits: 0 }, { decision: 'reopened', units: 0 }).facts.length, 1)
  })

  test('names the one before it, and stands while it is on the list', () => {
    const { facts, stands } = decides({ decisions: [before] })
    assert.equal((facts[0]!.data as { replaces?: string }).replaces, before.id)
    assert.equal(stands?.(listed(before)), false)
    assert.equal(stands?.(listed(before, facts[0]!)), true)
  })

  test('is not made again for a person who was second', () =>
    refuses(() => decides({}, {}, { round: 1 }), 'VERSION_CONFLICT'))

  test('that was made already is made once', () => {
    const { facts } = decides()
    assert.deepEqual(decides({ decisions: facts as never, heldUnits: 0 }).facts, [])
  })
})
