import type { Practice } from '@cufflink/charts'
import { type Fact, failure, outcomesOf } from '@cufflink/contracts'
import type { FactList } from '@cufflink/folds'
import type { Person } from '../access/principal.ts'
import { standingNotes } from '../charts/prompts.ts'
import {
  type Command,
  type Decision,
  type DecisionOf,
  envelope,
  idAfter,
  isOnAsWritten,
  nameFor,
  notBefore,
  requireCategory,
} from './command.ts'
import { touchesOf } from './locks.ts'

const DAY_MS = 86_400_000

type OfPractice = { readonly practice: Pick<Practice, 'settings'> }
/** The patient's record of the month in which it began. */
type OnRecord = { readonly records: FactList }

/** @throws {CufflinkError} TIME_IMPOSSIBLE · TIME_TOO_OLD · REQUEST_INVALID */
export function recordInteraction(
  { practice }: OfPractice,
  command: Command<'recordInteraction'>,
): DecisionOf<'recordInteraction'> {
  const { params, body, who } = command
  const { startedAt, endedAt, reached, outcome, caregiver } = body
  requireRecent(practice, command, startedAt, endedAt)
  if ((reached === 'caregiver') !== (caregiver !== undefined))
    throw failure('REQUEST_INVALID', { detail: 'Name the caregiver, and only a caregiver.' })
  if (!outcomesOf[reached].includes(outcome))
    throw failure('REQUEST_INVALID', { detail: 'The outcome does not fit the person you reached.' })
  const interaction = nameFor('i', command)
  const data = { ...body, patient: params.patient, clinician: (who as Person).user, interaction }
  const written = { ...envelope(command), at: notBefore(endedAt, command) }
  return { facts: [{ ...written, v: 2, type: 'interaction.recorded', data }], answer: { interaction } }
}

/** @throws {CufflinkError} INTERACTION_UNKNOWN · TIME_NOT_YOURS */
export function voidInteraction({ records }: OnRecord, command: Command<'voidInteraction'>): Decision {
  const { params, body, who } = command
  const { patient, interaction } = params
  const { startedAt, reason } = body
  const found = records.find(
    ({ fact }) => fact.type === 'interaction.recorded' && fact.data.interaction === interaction,
  )?.fact
  if (found?.type !== 'interaction.recorded' || found.data.startedAt !== startedAt)
    throw failure('INTERACTION_UNKNOWN')
  const { user, roles } = who as Person
  if (found.data.clinician !== user && !roles.includes('administrator')) throw failure('TIME_NOT_YOURS')
  const data = { patient, interaction, startedAt, reason }
  return {
    facts: [{ ...envelope(command), type: 'interaction.voided', data }],
    touches: touchesOf(found),
  }
}

/** @throws {CufflinkError} TIME_IMPOSSIBLE · TIME_TOO_OLD · CATEGORY_UNKNOWN */
export function writeNote({ practice }: OfPractice, command: Command<'writeNote'>): DecisionOf<'writeNote'> {
  const { params, body, who, now } = command
  const { notedAt = now, ...content } = body
  requireRecent(practice, command, notedAt, notedAt)
  requireCategory(content.category)
  const note = nameFor('n', command)
  const data = { ...content, patient: params.patient, clinician: (who as Person).user, note, notedAt }
  return { facts: [{ ...envelope(command), type: 'note.written', data }], answer: { note, notedAt } }
}

/** @throws {CufflinkError} NOTE_UNKNOWN · TIME_NOT_YOURS · VERSION_CONFLICT · CATEGORY_UNKNOWN */
export function amendNote({ records }: OnRecord, command: Command<'amendNote'>): Decision {
  const { params, body, who } = command
  const { patient, note } = params
  const { version, ...amended } = body
  const standing = standingNotes(records).find((one) => one.data.note === note)
  if (standing === undefined || standing.data.notedAt !== body.notedAt) throw failure('NOTE_UNKNOWN')
  const { user } = who as Person
  if (standing.data.clinician !== user) throw failure('TIME_NOT_YOURS')
  if (standing.offset !== version) throw failure('VERSION_CONFLICT')
  requireCategory(amended.category)
  const fact: Fact = {
    ...envelope(command),
    id: idAfter(`${params.practice}/${patient} ${note}`, standing.id),
    type: 'note.amended',
    data: { ...amended, patient, clinician: user, note },
  }
  return { facts: [fact], stands: isOnAsWritten(fact) }
}

/** @throws {CufflinkError} TIME_IMPOSSIBLE · TIME_TOO_OLD */
function requireRecent(
  { settings }: OfPractice['practice'],
  { now, latest }: { readonly now: number; readonly latest: number },
  from: number,
  until: number,
): void {
  if (until < from || until - from > DAY_MS || until > latest) throw failure('TIME_IMPOSSIBLE')
  if (from < now - (settings.entryBackDays + 1) * DAY_MS) throw failure('TIME_TOO_OLD')
}
