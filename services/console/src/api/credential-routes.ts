import { credentialAt, medicare } from '@cufflink/billing'
import type { Practice } from '@cufflink/charts'
import { type FactOf, failure } from '@cufflink/contracts'
import type { Account } from '@cufflink/directory'
import { credentialsOf, qualificationOf } from '../charts/practitioners.ts'
import { type Commands, envelope, notInFuture, SLACK_MS } from './commands.ts'
import { onWhatHolds } from './deciding.ts'
import { effectsOf, maySave, noEffects } from './effects.ts'

/** Gives a person another credential from an instant on. What was done before it counts as it did. */
export function credentialRoutes(commands: Commands): void {
  const { routes, save, practices, accounts, clock } = commands

  routes.answer('changeCredential', async (asked) => {
    const { params, body } = asked
    const practice = await practices.get(params.practice)
    const account = accounts.find(params.user)
    if (account?.practice !== practice.id) throw failure('USER_UNKNOWN')
    requireCredential(body.credential)
    const now = clock.now()
    const from = notInFuture(body.from ?? now, clock)
    const known = credentialsOf(practice, account)
    const before = credentialAt(known, account.user, from - 1)
    const { user } = account
    const { credential, reason } = body
    const data = { user, from, credential, ...(before !== undefined && { before }), reason }
    const changed: FactOf<'credential.changed'> = {
      ...envelope(asked, clock),
      type: 'credential.changed',
      data,
    }
    const isPast = from < now - SLACK_MS * clock.rate
    const effects = isPast ? await effectsOf(commands, changed) : noEffects
    if (!maySave(effects, body.confirm)) return { saved: false, ...effects }
    await save(changed)
    const today = credentialAt(
      { ...known, credentials: [...known.credentials, { ...data, clinician: user }] },
      user,
      Math.max(now, from),
    )
    await onWhatHolds(async (part) => {
      const held = accounts.find(user)
      if (held === undefined || held.credential === today) return
      const { practice: _, version: replaces, credential: _old, ...record } = held
      const data = { ...record, replaces, ...(today !== undefined && { credential: today }) }
      const written = envelope(asked, clock, `account${part}`)
      await save({ ...written, v: 2, type: 'user.registered', data })
    })
    return { saved: true, ...effects }
  })
}

/**
 * Whether a person could order monitoring and bill E/M visits at an instant (ms): a physician or another qualified health
 * professional of the practice.
 * @throws {CufflinkError} NOT_A_PRACTITIONER
 */
export function requirePractitioner(practice: Practice, account: Account | undefined, atMs: number): void {
  if (account?.practice !== practice.id || qualificationOf(practice, account, atMs) === undefined)
    throw failure('NOT_A_PRACTITIONER')
}

/** @throws {CufflinkError} CREDENTIAL_UNKNOWN */
export function requireCredential(name: string): void {
  const isKnown = medicare.some(({ credentials }) =>
    credentials.some(({ credential }) => credential === name),
  )
  if (!isKnown) throw failure('CREDENTIAL_UNKNOWN')
}
