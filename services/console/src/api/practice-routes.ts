import type { Practice } from '@cufflink/charts'
import type { FactOf } from '@cufflink/contracts'
import { wallMs } from '@cufflink/runtime'
import { actorOf, type Principal } from '../access/principal.ts'
import * as people from '../decide/people.ts'
import * as decide from '../decide/practice.ts'
import { answering, type Commands, carryOut, commandOf } from './carry-out.ts'
import { effectsOf } from './effects.ts'

/** Practices, how they work, and their people. */
export function practiceRoutes(commands: Commands): void {
  const { routes, documents, practices, accounts, passwords, clock, wrongPasswordsOf } = commands
  const answer = answering(commands)

  routes.answer('listPractices', async ({ who }) => ({
    practices: (await visibleTo(who)).map(({ id, name, zone }) => ({ id, name, zone })),
  }))

  async function visibleTo(who: Principal): Promise<readonly Practice[]> {
    if (who.kind === 'operator') return practices.all()
    const own = await practices.find(who.practice)
    return own === undefined ? [] : [own]
  }

  /** What views that are just being filled do not say yet must not be overwritten. */
  async function recordOf<Type extends 'practice.opened' | 'practice.configured'>(
    practice: string,
    type: Type,
  ) {
    await documents.caughtUp(practice)
    const facts = (await documents.practice(practice)).map(({ fact }) => fact)
    return { before: facts.findLast((fact): fact is FactOf<Type> => fact.type === type) }
  }

  answer(
    'openPractice',
    async (command) => {
      const { before } = await recordOf(command.params.practice, 'practice.opened')
      const opened = decide.practiceOpened({ before }, command)
      const isMoved = before !== undefined && before.data.zone !== opened.data.zone
      return { opened, effects: isMoved ? await effectsOf(commands, opened) : decide.noEffects }
    },
    decide.openPractice,
  )
  answer(
    'configurePractice',
    async ({ params: { practice } }) => {
      await practices.get(practice)
      return recordOf(practice, 'practice.configured')
    },
    decide.configurePractice,
  )

  routes.answer('listUsers', async ({ params }) => ({
    users: accounts
      .of(params.practice)
      .map(({ passwordHash: _hash, practice: _practice, version: _version, ...user }) => {
        const wrongPasswords = wrongPasswordsOf(user.user)
        return { ...user, ...(wrongPasswords && { wrongPasswords }) }
      }),
  }))

  routes.answer('registerUser', async (asked) => {
    const { params, body } = asked
    const practice = await practices.get(params.practice)
    const { password, credential } = body
    const before = accounts.find(params.user)
    // What needs no password is said before it is hashed, which is expensive.
    if (credential !== undefined) people.requireCredential(credential)
    people.requireNotTaken(before, practice.id)
    const lane = { groups: [actorOf(asked.who)], known: true }
    const given = password === undefined ? undefined : await passwords.hash(password, lane)
    // Without limits: it is about to be the password, whatever it was.
    const isOther = password !== undefined && !(await passwords.matches(password, before?.passwordHash, lane))
    const state = { practice, given, isOther, wallMs: wallMs() }
    const read = async () => ({ ...state, account: accounts.find(params.user) })
    return carryOut(commands, asked, read, people.registerUser)
  })

  /** What was done before the instant counts as it did. */
  routes.answer('changeCredential', async (asked) => {
    const { params } = asked
    const read = async () => ({
      practice: await practices.get(params.practice),
      account: accounts.find(params.user),
    })
    const command = commandOf(asked, clock)
    const changed = people.credentialChanged(await read(), command)
    const isPast = changed.data.from < command.now - (command.latest - command.now)
    const effects = isPast ? await effectsOf(commands, changed) : decide.noEffects
    const state = { changed, effects }
    return carryOut(commands, asked, async () => ({ ...(await read()), ...state }), people.changeCredential)
  })
}
