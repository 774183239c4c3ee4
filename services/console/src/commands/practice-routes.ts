import { type FactOf, failure, type UserRecord } from '@cufflink/contracts'
import { medicare } from '@cufflink/rules'
import { wallMs } from '@cufflink/runtime'
import { actorOf, type Principal } from '../access/principal.ts'
import type { Practice } from '../charts/practices.ts'
import type { Asked } from '../http/operation-routes.ts'
import { type Commands, envelope } from './commands.ts'
import { requireZone } from './zones.ts'

/** Practices, how they work, and their people. */
export function practiceRoutes(commands: Commands): void {
  const { routes, save, practices, accounts, passwords, clock, wrongPasswordsOf } = commands

  routes.answer('listPractices', async ({ who }) => ({
    practices: (await visibleTo(who)).map(({ id, name, zone }) => ({ id, name, zone })),
  }))

  async function visibleTo(who: Principal): Promise<readonly Practice[]> {
    if (who.kind === 'operator') return practices.all()
    const own = await practices.find(who.practice)
    return own === undefined ? [] : [own]
  }

  routes.answer('openPractice', async (asked) => {
    const { body } = asked
    requireZone(body.zone)
    await save({ ...envelope(asked, clock), type: 'practice.opened', data: body })
  })

  routes.answer('configurePractice', async (asked) => {
    const { params, body } = asked
    await practices.get(params.practice)
    await save({ ...envelope(asked, clock), type: 'practice.configured', data: body })
  })

  routes.answer('listUsers', async ({ params }) => ({
    users: accounts.of(params.practice).map(({ passwordHash: _hash, practice: _practice, ...user }) => {
      const wrongPasswords = wrongPasswordsOf(user.user)
      return { ...user, ...(wrongPasswords && { wrongPasswords }) }
    }),
  }))

  /** Whoever had the password, or may no longer come in, has no session any more. Sessions are of the wall's time. */
  const signedOut = (asked: Asked<'registerUser'>): FactOf<'user.signed-out'> => ({
    ...envelope(asked, clock, 'out'),
    type: 'user.signed-out',
    data: { user: asked.params.user, signedOutAt: wallMs() },
  })

  /**
   * Of two practices that took a name at once the first has it. A compacted registry keeps what was written last under it, so that
   * the second writes the first's account down once more. @throws {CufflinkError} USER_TAKEN
   */
  async function requireOurs({ id, params }: Asked<'registerUser'>): Promise<void> {
    const holder = accounts.find(params.user)
    if (holder === undefined || holder.practice === params.practice) return
    const { practice: tenant, ...data } = holder
    const by = 'service:console'
    await save({ id: `${id}-kept`, type: 'user.registered', v: 1, tenant, at: clock.now(), by, data })
    throw failure('USER_TAKEN')
  }

  routes.answer('registerUser', async (asked) => {
    const { params, body } = asked
    await practices.get(params.practice)
    const known = accounts.find(params.user)
    if (known !== undefined && known.practice !== params.practice) throw failure('USER_TAKEN')
    const { password, status = known?.status ?? 'active', credential, ...person } = body
    if (credential !== undefined && !isCredential(credential)) throw failure('CREDENTIAL_UNKNOWN')
    const lane = { name: actorOf(asked.who), known: true }
    const passwordHash = password === undefined ? known?.passwordHash : await passwords.hash(password, lane)
    if (passwordHash === undefined) throw failure('PASSWORD_NEEDED')
    const data: UserRecord = {
      ...person,
      user: params.user,
      status,
      passwordHash,
      ...(credential !== undefined && { credential }),
    }
    const registered = { ...envelope(asked, clock), type: 'user.registered', data } as const
    // Without limits: it is about to be the password, whatever it was.
    const isOther = password !== undefined && !(await passwords.matches(password, known?.passwordHash, lane))
    const cutOff = known !== undefined && (status === 'disabled' || isOther)
    await save(registered, ...(cutOff ? [signedOut(asked)] : []))
    await requireOurs(asked)
  })
}

const isCredential = (name: string): boolean =>
  medicare.some(({ credentials }) => credentials.some(({ credential }) => credential === name))
