import { failure, type Session } from '@cufflink/contracts'
import { wallMs } from '@cufflink/runtime'
import { type Commands, carryOut } from '../api/carry-out.ts'
import type { Asked } from '../api/operation-routes.ts'
import * as decide from '../decide/people.ts'
import type { KnownBrowsers } from './known-browsers.ts'
import type { PasswordCheck } from './password-check.ts'
import { actorOf, type Person } from './principal.ts'
import type { Sessions } from './sessions.ts'

export type AccessOptions = {
  readonly commands: Commands
  readonly sessions: Sessions
  readonly checkPassword: PasswordCheck
  readonly knownBrowsers: KnownBrowsers
}

/** Signing in and out. Sessions are of the wall's time, whatever clock the demo runs on. */
export function accessRoutes(options: AccessOptions): void {
  const { commands, sessions, checkPassword, knownBrowsers } = options
  const { routes, accounts, practices, save, passwords } = commands

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

  routes.answer('changePassword', async (asked) => {
    const { id, body, who, request, reply } = asked
    const { user } = who as Person
    const checked = accounts.find(user)
    const claimant = { name: user, address: request.ip, knownAs: 'session' }
    if (checked === undefined || !(await checkPassword(claimant, body.current, checked)))
      throw failure('SIGN_IN_WRONG')
    const passwordHash = await passwords.hash(body.next, { groups: [user], known: true })
    const read = async () => ({ checked, account: accounts.find(user), passwordHash, wallMs: wallMs() })
    await carryOut(commands, asked, read, decide.changePassword)
    await endSessions({ id: `${id}-out`, who, request })
    sessions.begin(reply, user)
  })
}
