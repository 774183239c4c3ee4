import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Session } from '@cufflink/contracts'
import { Refused } from '@cufflink/contracts/client'
import { passwordFault } from '../../../src/app/session/password-fault.ts'
import { refusalText, signInText } from '../../../src/app/session/refusal-text.ts'
import { mayDo } from '../../../src/app/session/session.ts'
import type { SessionEvent, SessionState } from '../../../src/app/session/session-state.ts'
import { evolveSession, initialSession } from '../../../src/app/session/session-state.ts'

const session: Session = {
  user: 'ada',
  name: 'Ada Quinn, RN',
  roles: ['clinician'],
  practice: { id: 'cedar', name: 'Cedar Heart', zone: 'America/New_York' },
}
const told: SessionEvent = { type: 'told', session }
const fold = (...events: SessionEvent[]): SessionState => events.reduce(evolveSession, initialSession)

test('a stranger is asked to sign in, and is not told that a session has ended', () => {
  assert.deepEqual(fold({ type: 'nobody' }), { phase: 'signed out', over: false })
})

test('a session that ends elsewhere is said to be over; one’s own signing out is not', () => {
  assert.deepEqual(fold(told, { type: 'nobody' }), { phase: 'signed out', over: true })
  assert.deepEqual(fold(told, { type: 'signed out' }, { type: 'nobody' }), {
    phase: 'signed out',
    over: false,
  })
})

test('a server that cannot be asked signs no one out', () => {
  const unanswered: SessionEvent = { type: 'unanswered', reason: 'no' }
  const signedIn = fold(told)
  assert.equal(evolveSession(signedIn, unanswered), signedIn)
  assert.deepEqual(fold(unanswered), { phase: 'asking', reason: 'no' })
})

test('the same answer changes nothing, another role does', () => {
  const signedIn = fold(told)
  assert.equal(evolveSession(signedIn, { type: 'told', session: structuredClone(session) }), signedIn)
  const more: Session = { ...session, roles: ['clinician', 'biller'] }
  assert.deepEqual(evolveSession(signedIn, { type: 'told', session: more }), {
    phase: 'signed in',
    session: more,
  })
})

test('a refusal says what the server says; no answer says that', () => {
  const refused = (code: string) => new Refused(401, { code, message: `It is ${code}.` })
  assert.equal(signInText(refused('SIGN_IN_THROTTLED')), 'It is SIGN_IN_THROTTLED.')
  assert.equal(signInText(refused('REQUEST_INVALID')), 'The user or the password is wrong.')
  assert.match(signInText(new TypeError('fetch failed')), /cannot be reached/)
  assert.match(refusalText(new TypeError('fetch failed')), /Nothing was saved/)
})

test('a new password is long enough, typed twice alike, and new', () => {
  const given = { current: 'old-password', next: 'new-password', again: 'new-password' }
  assert.equal(passwordFault(given), undefined)
  assert.match(passwordFault({ ...given, next: 'short', again: 'short' }) ?? '', /at least 10/)
  assert.match(passwordFault({ ...given, again: 'new-pasword' }) ?? '', /both times/)
  assert.match(passwordFault({ ...given, current: 'new-password' }) ?? '', /is the current/)
})

test('a person may do what the table of operations says, for one of their roles', () => {
  assert.equal(mayDo({ roles: ['clinician'] }, 'liveWork'), true)
  assert.equal(mayDo({ roles: ['biller', 'administrator'] }, 'liveWork'), false)
  assert.equal(mayDo({ roles: ['biller', 'administrator'] }, 'recordConsent'), true)
  assert.equal(mayDo({ roles: ['ops'] }, 'recordVisit'), false)
  assert.equal(mayDo({ roles: [] }, 'whoAmI'), true)
})
