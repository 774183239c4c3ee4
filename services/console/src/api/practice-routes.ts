import { credentialAt } from '@cufflink/billing'
import { type Practice, usualSettings } from '@cufflink/charts'
import { type FactOf, failure } from '@cufflink/contracts'
import type { Account } from '@cufflink/directory'
import { wallMs } from '@cufflink/runtime'
import { actorOf, type Principal } from '../access/principal.ts'
import { credentialsOf } from '../charts/practitioners.ts'
import { type Commands, envelope } from './commands.ts'
import { requireCredential } from './credential-routes.ts'
import { changeRecord, onWhatHolds } from './deciding.ts'
import { effectsOf, maySave, noEffects } from './effects.ts'
import type { Asked } from './operation-routes.ts'
import { requireZone } from './zones.ts'

/** Practices, how they work, and their people. */
export function practiceRoutes(commands: Commands): void {
  const { routes, save, documents, practices, accounts, passwords, clock, wrongPasswordsOf } = commands

  routes.answer('listPractices', async ({ who }) => ({
    practices: (await visibleTo(who)).map(({ id, name, zone }) => ({ id, name, zone })),
  }))

  async function visibleTo(who: Principal): Promise<readonly Practice[]> {
    if (who.kind === 'operator') return practices.all()
    const own = await practices.find(who.practice)
    return own === undefined ? [] : [own]
  }

  const recordOf = <Type extends 'practice.opened' | 'practice.configured'>(
    practice: string,
    type: Type,
  ) => ({
    type,
    key: practice,
    read: () => documents.practice(practice),
  })

  routes.answer('openPractice', async (asked) => {
    const { params, body } = asked
    if (body.zone !== undefined) requireZone(body.zone)
    let answer = { saved: true, ...noEffects }
    await changeRecord(commands, recordOf(params.practice, 'practice.opened'), async (before, part) => {
      const { name, zone } = { ...before?.data, ...body }
      if (name === undefined || zone === undefined)
        throw failure('REQUEST_INVALID', { detail: 'A new practice needs a name and a zone.' })
      const data = { name, zone, ...(before && { replaces: before.id }) }
      const opened: FactOf<'practice.opened'> = {
        ...envelope(asked, clock, part),
        v: 2,
        type: 'practice.opened',
        data,
      }
      const isMoved = before !== undefined && before.data.zone !== zone
      const effects = isMoved ? await effectsOf(commands, opened) : noEffects
      answer = { saved: maySave(effects, body.confirm), ...effects }
      return answer.saved ? opened : undefined
    })
    return answer
  })

  routes.answer('configurePractice', async (asked) => {
    const { params, body } = asked
    await practices.get(params.practice)
    await changeRecord(commands, recordOf(params.practice, 'practice.configured'), (before, part) => {
      const data = { ...usualSettings, ...before?.data, ...body, ...(before && { replaces: before.id }) }
      return { ...envelope(asked, clock, part), v: 2, type: 'practice.configured', data }
    })
  })

  routes.answer('listUsers', async ({ params }) => ({
    users: accounts
      .of(params.practice)
      .map(({ passwordHash: _hash, practice: _practice, version: _version, ...user }) => {
        const wrongPasswords = wrongPasswordsOf(user.user)
        return { ...user, ...(wrongPasswords && { wrongPasswords }) }
      }),
  }))

  /** A person who had the password, or may no longer come in, has no session any more. Sessions are of the wall's time. */
  const signedOut = (asked: Asked<'registerUser'>): FactOf<'user.signed-out'> => ({
    ...envelope(asked, clock, 'out'),
    type: 'user.signed-out',
    data: { user: asked.params.user, signedOutAt: wallMs() },
  })

  /** Another credential holds from now on: what was done before counts as it did. */
  function credentialChanged(
    asked: Asked<'registerUser'>,
    practice: Practice,
    known: Account,
  ): readonly FactOf<'credential.changed'>[] {
    const { user } = asked.params
    const { credential } = asked.body
    const from = clock.now()
    const before = credentialAt(credentialsOf(practice, known), user, from)
    if (credential === undefined || before === credential) return []
    const data = {
      user,
      from,
      credential,
      ...(before !== undefined && { before }),
      reason: 'the account was changed',
    }
    return [{ ...envelope(asked, clock, 'credential'), type: 'credential.changed', data }]
  }

  routes.answer('registerUser', async (asked) => {
    const { params, body } = asked
    const { user } = params
    const practice = await practices.get(params.practice)
    const { password, credential: asWhat, ...person } = body
    if (asWhat !== undefined) requireCredential(asWhat)
    const lane = { groups: [actorOf(asked.who)], known: true }
    const before = accounts.find(user)
    if (before !== undefined && before.practice !== params.practice) throw failure('USER_TAKEN')
    const given = password === undefined ? undefined : await passwords.hash(password, lane)
    // Without limits: it is about to be the password, whatever it was.
    const isOther = password !== undefined && !(await passwords.matches(password, before?.passwordHash, lane))

    await onWhatHolds(async (part) => {
      const known = accounts.find(user)
      if (known !== undefined && known.practice !== params.practice) throw failure('USER_TAKEN')
      const passwordHash = given ?? known?.passwordHash
      if (passwordHash === undefined) throw failure('PASSWORD_NEEDED')
      const status = body.status ?? known?.status ?? 'active'
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
      const registered = { ...envelope(asked, clock, part), v: 2, type: 'user.registered', data } as const
      const cutOff = known !== undefined && (status === 'disabled' || isOther)
      const changed = known === undefined ? [] : credentialChanged(asked, practice, known)
      await save(...changed, registered, ...(cutOff ? [signedOut(asked)] : []))
    })
  })
}
