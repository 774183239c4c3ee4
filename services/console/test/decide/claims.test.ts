import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type StandingClaim, standingClaims } from '@cufflink/billing'
import type { BodyOf, ErrorCode, Fact } from '@cufflink/contracts'
import * as decide from '../../src/decide/claims.ts'
import { DAY_MS } from '../charts-fixture.ts'
import { asks, fact, listed, NOW, patient, refuses } from './decide-fixture.ts'

const line = { code: '99457', from: '2026-02-01', to: '2026-02-28' }
const claim = (changes: Partial<StandingClaim> = {}) => ({
  claim: { ...line, units: 1, amountCents: 5_000, ...changes } as StandingClaim,
})
const none = { claim: undefined }
const change = { id: 'differs-1', data: {}, foundAt: NOW } as NonNullable<StandingClaim['change']>

const submits = (state = claim(), body: Partial<BodyOf<'submitClaim'>> = {}) =>
  decide.submitClaim(state, asks<'submitClaim'>({ ...line, ...body }))
const unlocks = (state: { claim: StandingClaim | undefined } = claim(), body: object = {}) =>
  decide.unlockClaim(state, asks<'unlockClaim'>({ ...line, reason: 'x', ...body }))
const settles = (state: { claim: StandingClaim | undefined } = claim(), foundAt?: number) =>
  decide.settleChange(
    state,
    asks<'settleChange'>({ ...line, action: 'left', reason: 'x', ...(foundAt !== undefined && { foundAt }) }),
  )

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
    [
      'no change is settled but the one that was seen',
      () => settles(claim({ change }), NOW - 1),
      'VERSION_CONFLICT',
    ],
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
        { ...line, patient, action: 'left', reason: 'x', difference: 'differs-1' },
      ],
    )
  })
})

describe('A change that is settled', () => {
  const { code: oldCode, ...dates } = line
  const units = { oldUnits: 1, differenceCents: -5_000 }
  const differs = (id: string, newUnits: number) =>
    fact('claim.differs', { patient, kind: 'LATE_CHANGE', ...dates, oldCode, newUnits, ...units }, { id })
  const locked = fact('claim.locked', { ...line, patient, units: 1, amountCents: 5_000, ruleSet: 'x' })
  const [first, second] = [differs('differs-1', 0), differs('differs-2', 2)]
  const { facts, stands } = settles(claim({ change }), NOW)
  const settled = facts[0]!

  test('is the one that was found last before it: another one, found just then, waits', () => {
    assert.equal(stands?.(listed(locked, first, settled)), true)
    assert.equal(stands?.(listed(locked, first, settled, second)), true)
    assert.equal(stands?.(listed(locked, first, second, settled)), false)
    const waiting = (...after: readonly Fact[]) =>
      standingClaims(listed(locked, first, ...after))[0]?.change?.id
    assert.equal(waiting(settled), undefined)
    assert.equal(waiting(settled, second), 'differs-2')
    assert.equal(waiting(second, settled), 'differs-2')
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
