import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { BodyOf, ErrorCode } from '@cufflink/contracts'
import * as decide from '../../src/decide/people.ts'
import * as decidePractice from '../../src/decide/practice.ts'
import { DAY_MS, zone } from '../charts-fixture.ts'
import { account, asks, fact, listed, NOW, practice, refuses, tenant } from './decide-fixture.ts'

const wallMs = NOW + 5
const ada = account('ada', { credential: 'clinical-staff' })
const typesOf = ({ facts }: { readonly facts: readonly { readonly type: string }[] }) =>
  facts.map(({ type }) => type)

describe('An account', () => {
  const state = { practice: practice(), account: undefined, given: undefined, isOther: false, wallMs }
  const registers = (body: Partial<BodyOf<'registerUser'>>, changes: object = {}, round = 0) =>
    decide.registerUser(
      { ...state, ...changes },
      asks<'registerUser'>({ name: 'Ada', roles: ['clinician'], ...body }, { user: 'ada' }, { round }),
    )

  test('of someone new needs a password, and has one practice', () => {
    refuses(() => registers({}), 'PASSWORD_NEEDED')
    refuses(() => registers({}, { account: account('ada', { practice: 'lakeside' }) }), 'USER_TAKEN')
    const { facts } = registers({}, { given: 'hashed' })
    const said = { name: 'Ada', roles: ['clinician'], user: 'ada', status: 'active', passwordHash: 'hashed' }
    assert.deepEqual(
      facts.map(({ data }) => data),
      [said],
    )
  })

  test('keeps what is not said again, and names the record it was made from', () => {
    const [registered, ...more] = registers({ name: 'Bea' }, { account: ada }).facts
    const said = { name: 'Bea', roles: ['clinician'], user: 'ada', status: 'active', passwordHash: 'a hash' }
    assert.deepEqual(registered?.data, { ...said, credential: 'clinical-staff', replaces: 'ada-0' })
    assert.deepEqual(more, [])
  })

  test('that is disabled, or has another password, has no session any more', () => {
    for (const [body, changes] of [
      [{ status: 'disabled' }, {}],
      [{ password: 'x' }, { given: 'hashed', isOther: true }],
    ] as const) {
      const decided = registers(body, { account: ada, ...changes })
      assert.deepEqual(typesOf(decided), ['user.registered', 'user.signed-out'])
      assert.deepEqual(decided.facts[1]?.data, { user: 'ada', signedOutAt: wallMs })
    }
  })

  test('with another credential says so first: what was done before counts as it did', () => {
    const decided = registers({ credential: 'physician' }, { account: ada })
    assert.deepEqual(typesOf(decided), ['credential.changed', 'user.registered'])
    assert.deepEqual(decided.facts[0]?.data, {
      user: 'ada',
      from: NOW,
      credential: 'physician',
      before: 'clinical-staff',
      reason: 'the account was changed',
    })
  })

  test('is another record in each round', () => {
    const ids = [0, 1, 2].map((round) => registers({}, { account: ada }, round).facts[0]?.id)
    assert.equal(new Set(ids).size, 3)
  })
})

describe('Another credential', () => {
  const command = (body: Partial<BodyOf<'changeCredential'>> = {}) =>
    asks<'changeCredential'>({ credential: 'physician', reason: 'passed', ...body }, { user: 'ada' })
  const changed = (body: Partial<BodyOf<'changeCredential'>> = {}, of: typeof ada | undefined = ada) =>
    decide.credentialChanged({ practice: practice(), account: of }, command(body))
  const refusals: readonly (readonly [string, () => unknown, ErrorCode])[] = [
    ['that is none', () => changed({ credential: 'wizard' }), 'CREDENTIAL_UNKNOWN'],
    ['from tomorrow on', () => changed({ from: NOW + DAY_MS }), 'IN_THE_FUTURE'],
    ['of another practice’s person', () => changed({}, account('ada', { practice: 'x' })), 'USER_UNKNOWN'],
  ]
  for (const [what, decides, code] of refusals) test(`${what} is refused`, () => refuses(decides, code))

  test('is saved once its effects were seen, and then is the account’s', () => {
    const effects = { changes: [], failed: ['p-1'] }
    const state = { practice: practice(), account: ada, changed: changed(), effects }
    const unseen = decide.changeCredential(state, command())
    assert.deepEqual(unseen, { facts: [], answer: { saved: false, ...effects } })
    const seen = decide.changeCredential(state, command({ confirm: true }))
    assert.deepEqual(typesOf(seen), ['credential.changed', 'user.registered'])
    assert.equal((seen.facts[1]!.data as { credential: string }).credential, 'physician')
  })

  test('of an instant before the last change leaves the account as it is', () => {
    const last = fact('credential.changed', {
      user: 'ada',
      from: NOW - 1,
      credential: 'clinical-staff',
      reason: 'x',
    })
    const later = { ...practice(), facts: listed(...practice().facts.map((one) => one.fact), last) }
    const earlier = changed({ from: NOW - DAY_MS })
    const state = { practice: later, account: ada, changed: earlier, effects: decidePractice.noEffects }
    assert.deepEqual(typesOf(decide.changeCredential(state, command())), ['credential.changed'])
  })
})

describe('Another password', () => {
  const changes = (now: typeof ada | undefined) =>
    decide.changePassword(
      { checked: ada, account: now, passwordHash: 'next', wallMs },
      asks<'changePassword'>({ current: 'x', next: 'y' }),
    )

  test('is not set for someone who was disabled, or got another one, while it was hashed', () => {
    refuses(() => changes(undefined), 'SIGN_IN_NEEDED')
    refuses(() => changes({ ...ada, status: 'disabled' }), 'SIGN_IN_NEEDED')
    refuses(() => changes({ ...ada, passwordHash: 'another' }), 'SIGN_IN_WRONG')
  })

  test('is of the wall’s time, and keeps all else', () => {
    const { tenant: of, at, data } = changes({ ...ada, name: 'Bea', version: 'ada-1' }).facts[0]!
    const { practice: _, version: __, ...said } = { ...ada, name: 'Bea', passwordHash: 'next' }
    assert.deepEqual([of, at, data], [tenant, wallMs, { ...said, replaces: 'ada-1' }])
  })
})

describe('A practice', () => {
  const before = fact('practice.opened', { name: 'Riverside', zone }, { v: 2, id: 'opened-0' })
  const opens = (body: BodyOf<'openPractice'>, record?: typeof before) =>
    decidePractice.practiceOpened({ before: record }, asks<'openPractice'>(body))

  test('that is new needs a name and a zone; of one that is there, what is not said stays', () => {
    refuses(() => opens({ name: 'New' }), 'REQUEST_INVALID')
    refuses(() => opens({ zone }), 'REQUEST_INVALID')
    refuses(() => opens({ name: 'New', zone: 'EST6' }), 'ZONE_UNKNOWN')
    assert.deepEqual(opens({ name: 'New', confirm: true }, before).data, {
      name: 'New',
      zone,
      replaces: 'opened-0',
    })
  })

  test('is saved in another zone once the effects were seen', () => {
    const effects = { changes: [], failed: ['p-1'] }
    const opened = opens({ zone: 'America/Chicago' }, before)
    const decides = (body: BodyOf<'openPractice'>) =>
      decidePractice.openPractice({ opened, effects }, asks<'openPractice'>(body))
    assert.deepEqual(decides({}), { facts: [], answer: { saved: false, ...effects } })
    const { facts, stands } = decides({ confirm: true })
    assert.deepEqual(facts, [opened])
    assert.deepEqual([stands?.(listed(before, opened)), stands?.(listed(before))], [true, false])
  })

  test('works as usual in what was never said', () => {
    const { facts, stands } = decidePractice.configurePractice(
      { before: undefined },
      asks<'configurePractice'>({ entryBackDays: 7 }),
    )
    const usual = { timerStart: 'automatic', startDelayS: 0, approveEntries: false }
    assert.deepEqual(facts[0]?.data, { ...usual, entryBackDays: 7 })
    assert.deepEqual([stands?.(listed(before, facts[0])), stands?.(listed(before))], [true, false])
  })
})
