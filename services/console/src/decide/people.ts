import { credentialAt, medicare } from '@cufflink/billing'
import type { Practice } from '@cufflink/charts'
import { type Fact, type FactOf, failure } from '@cufflink/contracts'
import type { Account } from '@cufflink/directory'
import { credentialsOf } from '../charts/practitioners.ts'
import {
  type Command,
  type Decision,
  type DecisionOf,
  envelope,
  notInFuture,
  recordEnvelope,
} from './command.ts'
import { type Effects, maySave } from './practice.ts'

type OfPerson = { readonly practice: Practice; readonly account: Account | undefined }
/** The password that a request says, as it is kept, and whether it is another one than it was. */
type Given = { readonly given: string | undefined; readonly isOther: boolean; readonly wallMs: number }

/**
 * Registers a person, or changes what an account says; one who had the password, or may no longer come in, has no session any more. Sessions
 * are of the wall's time.
 * @throws {CufflinkError} CREDENTIAL_UNKNOWN · USER_TAKEN · PASSWORD_NEEDED
 */
export function registerUser(
  { practice, account: known, given, isOther, wallMs }: OfPerson & Given,
  command: Command<'registerUser'>,
): Decision {
  const { user } = command.params
  const { password: _, credential: asWhat, ...person } = command.body
  requireNotTaken(known, practice.id)
  const passwordHash = given ?? known?.passwordHash
  if (passwordHash === undefined) throw failure('PASSWORD_NEEDED')
  const status = person.status ?? known?.status ?? 'active'
  // What is not said stays: a person who gets another password keeps their credential.
  const credential = asWhat ?? known?.credential
  const data = {
    ...person,
    user,
    status,
    passwordHash,
    ...(credential !== undefined && { credential }),
    ...(known && { replaces: known.version }),
  }
  const registered: Fact = { ...recordEnvelope(command), v: 2, type: 'user.registered', data }
  if (known === undefined) return { facts: [registered] }
  const signedOut: Fact = {
    ...envelope(command, 'out'),
    type: 'user.signed-out',
    data: { user, signedOutAt: wallMs },
  }
  const isCutOff = status === 'disabled' || isOther
  return {
    facts: [...credentialChangedNow(practice, known, command), registered, ...(isCutOff ? [signedOut] : [])],
  }
}

/** Another credential holds from now on: what was done before counts as it did. */
function credentialChangedNow(
  practice: Practice,
  known: Account,
  command: Command<'registerUser'>,
): readonly FactOf<'credential.changed'>[] {
  const { user } = known
  const { credential } = command.body
  const from = command.now
  const before = credentialAt(credentialsOf(practice, known), user, from)
  if (credential === undefined || before === credential) return []
  const reason = 'the account was changed'
  const data = { user, from, credential, ...(before !== undefined && { before }), reason }
  return [{ ...envelope(command, 'credential'), type: 'credential.changed', data }]
}

/** @throws {CufflinkError} USER_TAKEN: a user name belongs to the practice that had it first */
export function requireNotTaken(account: Account | undefined, practice: string): void {
  if (account !== undefined && account.practice !== practice) throw failure('USER_TAKEN')
}

/**
 * The change of a person's credential from an instant on; what was done before it counts as it did.
 * @throws {CufflinkError} USER_UNKNOWN · CREDENTIAL_UNKNOWN · IN_THE_FUTURE
 */
export function credentialChanged(
  { practice, account }: OfPerson,
  command: Command<'changeCredential'>,
): FactOf<'credential.changed'> {
  const { user, known } = knownPerson({ practice, account })
  const { credential, reason } = command.body
  requireCredential(credential)
  const from = notInFuture(command.body.from ?? command.now, command)
  const before = credentialAt(known, user, from - 1)
  const data = { user, from, credential, ...(before !== undefined && { before }), reason }
  return { ...envelope(command), type: 'credential.changed', data }
}

/** Saves the change where its effects were seen, and the account as it is from now on. */
export function changeCredential(
  {
    practice,
    account,
    changed,
    effects,
  }: OfPerson & {
    readonly changed: FactOf<'credential.changed'>
    readonly effects: Effects
  },
  command: Command<'changeCredential'>,
): DecisionOf<'changeCredential'> {
  if (!maySave(effects, command.body.confirm)) return { facts: [], answer: { saved: false, ...effects } }
  const { user, held, known } = knownPerson({ practice, account })
  const credentials = [...known.credentials, { ...changed.data, clinician: user }]
  const today = credentialAt({ ...known, credentials }, user, Math.max(command.now, changed.data.from))
  const { practice: _, version: replaces, credential, ...record } = held
  const data = { ...record, replaces, ...(today !== undefined && { credential: today }) }
  const registered: Fact = { ...recordEnvelope(command, 'account'), v: 2, type: 'user.registered', data }
  const facts = credential === today ? [changed] : [changed, registered]
  return { facts, answer: { saved: true, ...effects } }
}

/** @throws {CufflinkError} USER_UNKNOWN */
function knownPerson({ practice, account }: OfPerson) {
  if (account?.practice !== practice.id) throw failure('USER_UNKNOWN')
  return { user: account.user, held: account, known: credentialsOf(practice, account) }
}

/** @throws {CufflinkError} CREDENTIAL_UNKNOWN */
export function requireCredential(name: string): void {
  const isKnown = medicare.some(({ credentials }) =>
    credentials.some(({ credential }) => credential === name),
  )
  if (!isKnown) throw failure('CREDENTIAL_UNKNOWN')
}

/** The account as it was while the password was checked, as it is now, and the next password as it is kept. */
type Checked = {
  readonly checked: Account
  readonly account: Account | undefined
  readonly passwordHash: string
  readonly wallMs: number
}

/** While that was hashed an administrator may have disabled the person, or set another password. @throws {CufflinkError} SIGN_IN_NEEDED · SIGN_IN_WRONG */
export function changePassword(
  { checked, account, passwordHash, wallMs }: Checked,
  { id, who, round }: Command<'changePassword'>,
): Decision {
  if (account?.status !== 'active') throw failure('SIGN_IN_NEEDED')
  if (account.passwordHash !== checked.passwordHash) throw failure('SIGN_IN_WRONG')
  const { practice, version: replaces, ...record } = account
  const data = { ...record, passwordHash, replaces }
  const command = { id, who, round, now: wallMs, params: { practice } }
  return { facts: [{ ...recordEnvelope(command), v: 2, type: 'user.registered', data }] }
}
