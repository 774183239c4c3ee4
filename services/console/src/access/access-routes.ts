import type { Practices } from '@cufflink/charts'
import { failure, type Session } from '@cufflink/contracts'
import type { Accounts } from '@cufflink/directory'
import { wallMs } from '@cufflink/runtime'
import { onWhatHolds } from '../api/deciding.ts'
import type { Asked, OperationRoutes } from '../api/operation-routes.ts'
import type { Save } from '../api/saver.ts'
import type { KnownBrowsers } from './known-browsers.ts'
import type { PasswordCheck } from './password-check.ts'
import type { Passwords } from './passwords.ts'
import { actorOf, type Person } from './principal.ts'
import type { Sessions } from './sessions.ts'

export type AccessOptions = {
  readonly routes: OperationRoutes
  readonly sessions: Sessions
  readonly accounts: Accounts
  readonly practices: Practices
  readonly save: Save
  readonly passwords: Passwords
  readonly checkPassword: PasswordCheck
  readonly knownBrowsers: KnownBrowsers
}

/** Signing in and out. Sessions are of the wall's time, whatever clock the demo runs on. */
export function accessRoutes(options: AccessOptions): void {
  const { routes, sessions, accounts, practices, save, passwords, checkPassword, knownBrowsers } = options

  async function sessionOf(user: string): Promise<Session> {
    const account = accounts.find(user)
    if (account === undefined) throw failure('SIGN_IN_NEEDED')
    const { name, roles, practice } = account
    const { id, name: practiceName, zone } = await practices.get(practice)
    return { user, name, roles, practice: { id, name: practiceName, zone } }
  }

  routes.answer('signIn', async ({ body: { user, password }, request, reply }) => {
    const knownAs = knownBrowsers.idOf(request, user)
    const claimant = { name: user, address: request.ip, ...(knownAs !== undefined && { knownAs }) }
    if (!(await checkPassword(claimant, password, accounts.find(user)))) throw failure('SIGN_IN_WRONG')
    const session = await sessionOf(user)
    sessions.begin(reply, user)
    knownBrowsers.remember(request, reply, user)
    return session
  })

  routes.answer('whoAmI', async ({ who }) => sessionOf((who as Person).user))

  /** Ends every session that began before now, and the one that asks. */
  async function endSessions({ id, who, request }: Pick<Asked<'signOut'>, 'id' | 'who' | 'request'>) {
    const { user, practice } = who as Person
    const now = wallMs()
    // A session that begins in this very millisecond goes on; one of a console whose clock is ahead does not.
    const signedOutAt = Math.max(now - 1, sessions.session(request)?.startedAt ?? 0)
    await save({
      id,
      type: 'user.signed-out',
      v: 1,
      tenant: practice,
      at: now,
      by: actorOf(who),
      data: { user, signedOutAt },
    })
  }

  routes.answer('signOut', async (asked) => {
    await endSessions(asked)
    sessions.end(asked.reply)
  })

  routes.answer('changePassword', async ({ id, body, who, request, reply }) => {
    const { user } = who as Person
    const account = accounts.find(user)
    const claimant = { name: user, address: request.ip, knownAs: 'session' }
    if (account === undefined || !(await checkPassword(claimant, body.current, account)))
      throw failure('SIGN_IN_WRONG')
    const passwordHash = await passwords.hash(body.next, { groups: [user], known: true })
    await onWhatHolds(async (part) => {
      const now = accounts.find(user)
      // While that was hashed an administrator may have disabled the person, or set another password.
      if (now?.status !== 'active') throw failure('SIGN_IN_NEEDED')
      if (now.passwordHash !== account.passwordHash) throw failure('SIGN_IN_WRONG')
      const { practice: tenant, version: replaces, ...record } = now
      const data = { ...record, passwordHash, replaces }
      const fact = { type: 'user.registered', v: 2, tenant, at: wallMs(), by: actorOf(who), data } as const
      await save({ id: `${id}${part}`, ...fact })
    })
    await endSessions({ id: `${id}-out`, who, request })
    sessions.begin(reply, user)
  })
}
