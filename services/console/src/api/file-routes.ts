import { isDeepStrictEqual } from 'node:util'
import { type Enrolled, homeZone, type ReadChart } from '@cufflink/charts'
import { contentOf, type Fact, failure, patientKey } from '@cufflink/contracts'
import type { FactList } from '@cufflink/folds'
import { isDate, localDate } from '@cufflink/folds'
import { personOr } from '../access/principal.ts'
import { type Commands, envelope, fileOf, nameFor, notInFuture } from './commands.ts'
import { requirePractitioner } from './credential-routes.ts'
import { changeRecord } from './deciding.ts'
import { requireUnlocked, saveUnlocked } from './under-lock.ts'
import { requireZone } from './zones.ts'

/** What stands on a patient's file: enrolment, consent, order, episodes, set-up, visits. */
export function fileRoutes(commands: Commands): void {
  const { routes, practices, charts, accounts, documents, clock } = commands
  const known = (params: { practice: string; patient: string }): Promise<FactList> => fileOf(commands, params)
  /** Who is named as having done something had left by then? A name without an account here is a person who never signs in. */
  function requireThere(practice: string, user: string, atMs: number): void {
    if (accounts.find(user)?.practice === practice && accounts.wasDisabled(user, atMs))
      throw failure('PERSON_DISABLED')
  }
  async function requirePractitionerOf(practice: string, user: string, atMs: number): Promise<void> {
    requirePractitioner(await practices.get(practice), accounts.find(user), atMs)
    requireThere(practice, user, atMs)
  }

  routes.answer('enrolPatient', async (asked) => {
    const { params, body } = asked
    const { practice, patient } = params
    if (body.zone !== undefined) requireZone(body.zone)
    notInFuture(body.enrolledAt ?? 0, clock)
    await practices.get(practice)
    const record = {
      type: 'patient.enrolled',
      key: patientKey(practice, patient),
      read: async () => (await documents.activity(practice, patient, {})).file,
    } as const
    await changeRecord(commands, record, async (before, part) => {
      const usual = { enrolledAt: clock.now(), programs: ['RPM' as const], established: true }
      const { name, zone, ...said } = { ...usual, ...(before && contentOf(before.data)), ...body, patient }
      if (name === undefined || zone === undefined)
        throw failure('REQUEST_INVALID', { detail: 'A new patient needs a name and a zone.' })
      const data = { ...said, name, zone, ...(before && { replaces: before.id }) }
      if (before !== undefined && isBilledOtherwise({ ...usual, ...before.data }, data))
        await requireUnlocked(commands, asked, [{ patient, start: 0 }])
      return { ...envelope(asked, clock, part), v: 3, type: record.type, data }
    })
  })

  routes.answer('movePatient', async (asked) => {
    const { params, body } = asked
    requireZone(body.zone)
    await known(params)
    const from = notInFuture(body.from ?? clock.now(), clock)
    const data = { patient: params.patient, zone: body.zone, from }
    await saveUnlocked(commands, asked, { ...envelope(asked, clock), type: 'patient.moved', data })
  })

  routes.answer('recordConsent', async (asked) => {
    const { params, body, who } = asked
    await known(params)
    const { consentedAt = clock.now(), mode, costShareExplained } = body
    notInFuture(consentedAt, clock)
    const takenBy = personOr(body.takenBy, who)
    requireThere(params.practice, takenBy, consentedAt)
    const data = { patient: params.patient, consentedAt, mode, takenBy, costShareExplained }
    await saveUnlocked(commands, asked, { ...envelope(asked, clock), v: 2, type: 'consent.recorded', data })
  })

  routes.answer('withdrawConsent', async (asked) => {
    const { params, body } = asked
    await known(params)
    const data = { patient: params.patient, withdrawnAt: notInFuture(body.withdrawnAt ?? clock.now(), clock) }
    await saveUnlocked(commands, asked, { ...envelope(asked, clock), type: 'consent.withdrawn', data })
  })

  routes.answer('recordOrder', async (asked) => {
    const { params, body } = asked
    await known(params)
    const orderedAt = notInFuture(body.orderedAt ?? clock.now(), clock)
    await requirePractitionerOf(params.practice, body.practitioner, orderedAt)
    const data = { ...body, patient: params.patient, orderedAt }
    await saveUnlocked(commands, asked, { ...envelope(asked, clock), v: 2, type: 'order.recorded', data })
  })

  routes.answer('openEpisode', async (asked) => {
    const { params, body } = asked
    const before = wordOn(await known(params), 'episode.opened', params.episode)
    const { patient, episode } = params
    const data = { patient, episode, openedAt: notInFuture(body.openedAt ?? clock.now(), clock) }
    await saveUnlocked(
      commands,
      asked,
      { ...envelope(asked, clock), type: 'episode.opened', data },
      ...before,
    )
  })

  routes.answer('recordSetUp', async (asked) => {
    const { params, body, who } = asked
    requireEpisode(await known(params), params.episode)
    const { patient, episode } = params
    const { doneAt = clock.now(), device } = body
    notInFuture(doneAt, clock)
    const doneBy = personOr(body.doneBy, who)
    requireThere(params.practice, doneBy, doneAt)
    const data = { patient, episode, doneAt, doneBy, ...(device !== undefined && { device }) }
    await saveUnlocked(commands, asked, { ...envelope(asked, clock), type: 'set-up.done', data })
  })

  routes.answer('closeEpisode', async (asked) => {
    const { params, body } = asked
    const file = await known(params)
    requireEpisode(file, params.episode)
    const { patient, episode } = params
    const closedAt = notInFuture(body.closedAt ?? clock.now(), clock)
    if (body.died !== undefined) {
      const practice = await practices.get(params.practice)
      const month = charts.currentMonth(practice)
      requireDeath(await charts.get(practice, patient, { month }), episode, body.died)
    }
    const data = { ...body, patient, episode, closedAt }
    const closed = { ...envelope(asked, clock), v: 2, type: 'episode.closed', data } as const
    await saveUnlocked(commands, asked, closed, ...wordOn(file, 'episode.closed', episode))
  })

  routes.answer('recordVisit', async (asked) => {
    const { params, body } = asked
    await known(params)
    // Someone may have practiced while the account was disabled: it is for signing in.
    requirePractitioner(
      await practices.get(params.practice),
      accounts.find(body.practitioner),
      notInFuture(body.visitedAt, clock),
    )
    const visit = nameFor('v', asked)
    const data = { ...body, patient: params.patient, visit }
    await saveUnlocked(commands, asked, { ...envelope(asked, clock), type: 'visit.recorded', data })
    return { visit }
  })

  routes.answer('voidVisit', async (asked) => {
    const { params, body } = asked
    const { patient, visit } = params
    const recorded = (await known(params)).find(
      ({ fact }) => fact.type === 'visit.recorded' && fact.data.visit === visit,
    )
    if (recorded === undefined) throw failure('VISIT_UNKNOWN')
    const data = { patient, visit, reason: body.reason }
    await saveUnlocked(
      commands,
      asked,
      { ...envelope(asked, clock), type: 'visit.voided', data },
      recorded.fact,
    )
  })
}

/** Whether another enrolment may alter lines: their name does not, nor when someone typed it. */
const isBilledOtherwise = (one: Partial<Enrolled>, other: Partial<Enrolled>): boolean =>
  (['zone', 'programs', 'condition', 'payer', 'established'] as const).some(
    (word) => !isDeepStrictEqual(one[word], other[word]),
  )

/** What was said last of the beginning, or the end, of an episode: another word corrects it. */
const wordOn = (
  file: FactList,
  type: 'episode.opened' | 'episode.closed',
  episode: string,
): readonly Fact[] =>
  file
    .map(({ fact }): Fact => fact)
    .filter((fact) => fact.type === type && fact.data.episode === episode)
    .slice(-1)

function requireEpisode(file: FactList, episode: string): void {
  if (!file.some(({ fact }) => fact.type === 'episode.opened' && fact.data.episode === episode))
    throw failure('EPISODE_UNKNOWN')
}

/**
 * A date that has come, in the patient's zone, and not before the episode began.
 * @throws {CufflinkError} REQUEST_INVALID · IN_THE_FUTURE
 */
function requireDeath(chart: ReadChart, name: string, died: string): void {
  const zone = homeZone(chart)
  const detail = (text: string) => failure('REQUEST_INVALID', { detail: text })
  if (!isDate(died)) throw detail('The date of death is no date of the calendar.')
  if (died > localDate(chart.now, zone)) throw failure('IN_THE_FUTURE')
  const begun = chart.enrolment.episodes.find(({ episode }) => episode === name)?.from
  if (begun !== undefined && died < localDate(begun, zone))
    throw detail('The date of death is before the episode began.')
}
