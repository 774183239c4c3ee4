import { isDeepStrictEqual } from 'node:util'
import { type Enrolled, homeZone, type Practice, type ReadChart } from '@cufflink/charts'
import { contentOf, type Fact, type FactOf, failure } from '@cufflink/contracts'
import type { Account } from '@cufflink/directory'
import type { FactList } from '@cufflink/folds'
import { isDate, localDate } from '@cufflink/folds'
import { personOr } from '../access/principal.ts'
import { qualificationOf } from '../charts/practitioners.ts'
import {
  type Command,
  type Decision,
  type DecisionOf,
  envelope,
  isOn,
  nameFor,
  notInFuture,
  recordEnvelope,
  requireZone,
} from './command.ts'
import { touchesOf } from './locks.ts'

/** The file of a patient who is enrolled. */
type OnFile = { readonly file: FactList }
/** Whether the account of the person in a command was disabled by then. A name without an account is a person who never signs in. */
type Named = { readonly hadLeft: boolean }
type OfPractitioner = { readonly practice: Practice; readonly account: Account | undefined }

/** @throws {CufflinkError} ZONE_UNKNOWN · IN_THE_FUTURE · REQUEST_INVALID of a new patient without a name or a zone */
export function enrolPatient(
  { before }: { readonly before: FactOf<'patient.enrolled'> | undefined },
  command: Command<'enrolPatient'>,
): DecisionOf<'enrolPatient'> {
  const { params, body, now } = command
  const { patient } = params
  if (body.zone !== undefined) requireZone(body.zone)
  notInFuture(body.enrolledAt ?? 0, command)
  const usual = { enrolledAt: now, programs: ['RPM' as const], established: true }
  // What a correction does not say stays.
  const { name, zone, ...said } = { ...usual, ...(before && contentOf(before.data)), ...body, patient }
  if (name === undefined || zone === undefined)
    throw failure('REQUEST_INVALID', { detail: 'A new patient needs a name and a zone.' })
  const data = { ...said, name, zone, ...(before && { replaces: before.id }) }
  const enrolled: Fact = { ...recordEnvelope(command), v: 3, type: 'patient.enrolled', data }
  const isOther = before !== undefined && isBilledOtherwise({ ...usual, ...before.data }, data)
  return { facts: [enrolled], touches: isOther ? [{ patient, start: 0 }] : [], stands: isOn(enrolled) }
}

/** Whether another enrolment may alter lines: their name does not, nor when someone typed it. */
const isBilledOtherwise = (one: Partial<Enrolled>, other: Partial<Enrolled>): boolean =>
  (['zone', 'programs', 'condition', 'payer', 'established'] as const).some(
    (word) => !isDeepStrictEqual(one[word], other[word]),
  )

/** @throws {CufflinkError} ZONE_UNKNOWN · IN_THE_FUTURE */
export function movePatient(_: OnFile, command: Command<'movePatient'>): Decision {
  const { params, body, now } = command
  requireZone(body.zone)
  const data = { patient: params.patient, zone: body.zone, from: notInFuture(body.from ?? now, command) }
  return { facts: [{ ...envelope(command), type: 'patient.moved', data }] }
}

/** @throws {CufflinkError} IN_THE_FUTURE · REQUEST_INVALID · PERSON_DISABLED */
export function recordConsent({ hadLeft }: OnFile & Named, command: Command<'recordConsent'>): Decision {
  const { params, body, who, now } = command
  const { consentedAt = now, mode, costShareExplained } = body
  notInFuture(consentedAt, command)
  const takenBy = personOr(body.takenBy, who)
  if (hadLeft) throw failure('PERSON_DISABLED')
  const data = { patient: params.patient, consentedAt, mode, takenBy, costShareExplained }
  return { facts: [{ ...envelope(command), v: 2, type: 'consent.recorded', data }] }
}

/** @throws {CufflinkError} IN_THE_FUTURE */
export function withdrawConsent(_: OnFile, command: Command<'withdrawConsent'>): Decision {
  const { params, body, now } = command
  const data = { patient: params.patient, withdrawnAt: notInFuture(body.withdrawnAt ?? now, command) }
  return { facts: [{ ...envelope(command), type: 'consent.withdrawn', data }] }
}

/** @throws {CufflinkError} IN_THE_FUTURE · NOT_A_PRACTITIONER · PERSON_DISABLED */
export function recordOrder(
  { hadLeft, ...staff }: OnFile & Named & OfPractitioner,
  command: Command<'recordOrder'>,
): Decision {
  const { params, body, now } = command
  const orderedAt = notInFuture(body.orderedAt ?? now, command)
  requirePractitioner(staff, orderedAt)
  if (hadLeft) throw failure('PERSON_DISABLED')
  const data = { ...body, patient: params.patient, orderedAt }
  return { facts: [{ ...envelope(command), v: 2, type: 'order.recorded', data }] }
}

/** @throws {CufflinkError} IN_THE_FUTURE */
export function openEpisode({ file }: OnFile, command: Command<'openEpisode'>): Decision {
  const { params, body, now } = command
  const { patient, episode } = params
  const data = { patient, episode, openedAt: notInFuture(body.openedAt ?? now, command) }
  const opened: Fact = { ...envelope(command), type: 'episode.opened', data }
  return { facts: [opened], touches: touchesOf(opened, ...wordOn(file, 'episode.opened', episode)) }
}

/** @throws {CufflinkError} EPISODE_UNKNOWN · IN_THE_FUTURE · REQUEST_INVALID · PERSON_DISABLED */
export function recordSetUp({ file, hadLeft }: OnFile & Named, command: Command<'recordSetUp'>): Decision {
  const { params, body, who, now } = command
  const { patient, episode } = params
  requireEpisode(file, episode)
  const { doneAt = now, device } = body
  notInFuture(doneAt, command)
  const doneBy = personOr(body.doneBy, who)
  if (hadLeft) throw failure('PERSON_DISABLED')
  const data = { patient, episode, doneAt, doneBy, ...(device !== undefined && { device }) }
  return { facts: [{ ...envelope(command), type: 'set-up.done', data }] }
}

/** `chart` is needed with a date of death only. @throws {CufflinkError} EPISODE_UNKNOWN · IN_THE_FUTURE · REQUEST_INVALID */
export function closeEpisode(
  { file, chart }: OnFile & { readonly chart?: ReadChart | undefined },
  command: Command<'closeEpisode'>,
): Decision {
  const { params, body, now } = command
  const { patient, episode } = params
  requireEpisode(file, episode)
  const closedAt = notInFuture(body.closedAt ?? now, command)
  if (body.died !== undefined && chart !== undefined) requireDeath(chart, episode, body.died)
  const data = { ...body, patient, episode, closedAt }
  const closed: Fact = { ...envelope(command), v: 2, type: 'episode.closed', data }
  return { facts: [closed], touches: touchesOf(closed, ...wordOn(file, 'episode.closed', episode)) }
}

/**
 * Someone may have practiced while the account was disabled: it is for signing in.
 * @throws {CufflinkError} IN_THE_FUTURE · NOT_A_PRACTITIONER
 */
export function recordVisit(
  staff: OnFile & OfPractitioner,
  command: Command<'recordVisit'>,
): DecisionOf<'recordVisit'> {
  const { params, body } = command
  requirePractitioner(staff, notInFuture(body.visitedAt, command))
  const visit = nameFor('v', command)
  const data = { ...body, patient: params.patient, visit }
  return { facts: [{ ...envelope(command), type: 'visit.recorded', data }], answer: { visit } }
}

/** @throws {CufflinkError} VISIT_UNKNOWN */
export function voidVisit({ file }: OnFile, command: Command<'voidVisit'>): Decision {
  const { patient, visit } = command.params
  const recorded = file.find(({ fact }) => fact.type === 'visit.recorded' && fact.data.visit === visit)
  if (recorded === undefined) throw failure('VISIT_UNKNOWN')
  const data = { patient, visit, reason: command.body.reason }
  return {
    facts: [{ ...envelope(command), type: 'visit.voided', data }],
    touches: touchesOf(recorded.fact),
  }
}

/**
 * Whether a person could order monitoring and bill E/M visits at an instant (ms): a physician or another qualified health
 * professional of the practice.
 * @throws {CufflinkError} NOT_A_PRACTITIONER
 */
function requirePractitioner({ practice, account }: OfPractitioner, atMs: number): void {
  if (account?.practice !== practice.id || qualificationOf(practice, account, atMs) === undefined)
    throw failure('NOT_A_PRACTITIONER')
}

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
