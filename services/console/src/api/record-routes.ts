import { failure, outcomesOf } from '@cufflink/contracts'
import { utcMonth } from '@cufflink/folds'
import type { Person } from '../access/principal.ts'
import { standingNotes } from '../charts/prompts.ts'
import { type Commands, envelope, fileOf, nameFor, notBefore, SLACK_MS } from './commands.ts'
import { requireCategory } from './time-routes.ts'
import { saveUnlocked } from './under-lock.ts'

const DAY_MS = 86_400_000

/** Conversations and notes. Nothing is overwritten. */
export function recordRoutes(commands: Commands): void {
  const { routes, save, documents, practices, clock, inTurn } = commands

  /** @throws {CufflinkError} TIME_IMPOSSIBLE · TIME_TOO_OLD */
  async function requireRecent(practice: string, from: number, until: number): Promise<void> {
    const { settings } = await practices.get(practice)
    const now = clock.now()
    if (until < from || until - from > DAY_MS || until > now + SLACK_MS * clock.rate)
      throw failure('TIME_IMPOSSIBLE')
    if (from < now - (settings.entryBackDays + 1) * DAY_MS) throw failure('TIME_TOO_OLD')
  }

  routes.answer('recordInteraction', async (asked) => {
    const { params, body, who } = asked
    await fileOf(commands, params)
    const { startedAt, endedAt, reached, outcome, caregiver } = body
    await requireRecent(params.practice, startedAt, endedAt)
    if ((reached === 'caregiver') !== (caregiver !== undefined))
      throw failure('REQUEST_INVALID', { detail: 'Name the caregiver, and only a caregiver.' })
    if (!outcomesOf[reached].includes(outcome))
      throw failure('REQUEST_INVALID', { detail: 'The outcome does not fit the person you reached.' })
    const interaction = nameFor('i', asked)
    const data = { ...body, patient: params.patient, clinician: (who as Person).user, interaction }
    const written = { ...envelope(asked, clock), at: notBefore(endedAt, clock) }
    await saveUnlocked(commands, asked, { ...written, v: 2, type: 'interaction.recorded', data })
    return { interaction }
  })

  routes.answer('voidInteraction', async (asked) => {
    const { params, body, who } = asked
    const { patient, interaction } = params
    const { startedAt, reason } = body
    const { records } = await documents.activity(params.practice, patient, { records: [utcMonth(startedAt)] })
    const found = records.find(
      ({ fact }) => fact.type === 'interaction.recorded' && fact.data.interaction === interaction,
    )?.fact
    if (found?.type !== 'interaction.recorded' || found.data.startedAt !== startedAt)
      throw failure('INTERACTION_UNKNOWN')
    const { user, roles } = who as Person
    if (found.data.clinician !== user && !roles.includes('administrator')) throw failure('TIME_NOT_YOURS')
    const data = { patient, interaction, startedAt, reason }
    await saveUnlocked(
      commands,
      asked,
      { ...envelope(asked, clock), type: 'interaction.voided', data },
      found,
    )
  })

  routes.answer('writeNote', async (asked) => {
    const { params, body, who } = asked
    await fileOf(commands, params)
    const { notedAt = clock.now(), ...content } = body
    await requireRecent(params.practice, notedAt, notedAt)
    requireCategory(content.category)
    const note = nameFor('n', asked)
    const data = { ...content, patient: params.patient, clinician: (who as Person).user, note, notedAt }
    await save({ ...envelope(asked, clock), type: 'note.written', data })
    return { note, notedAt }
  })

  routes.answer('amendNote', async (asked) => {
    const { params, body, who } = asked
    const { patient, note } = params
    const { version, ...amended } = body
    return inTurn(`note ${params.practice}/${patient}/${note}`, async () => {
      const month = utcMonth(body.notedAt)
      const { records } = await documents.activity(params.practice, patient, { records: [month] })
      const standing = standingNotes(records).find((one) => one.data.note === note)
      if (standing === undefined || standing.data.notedAt !== body.notedAt) throw failure('NOTE_UNKNOWN')
      const { user } = who as Person
      if (standing.data.clinician !== user) throw failure('TIME_NOT_YOURS')
      if (standing.offset !== version) throw failure('VERSION_CONFLICT')
      requireCategory(amended.category)
      const data = { ...amended, patient, clinician: user, note }
      await save({ ...envelope(asked, clock), type: 'note.amended', data })
    })
  })
}
