import type { Span } from '@cufflink/billing'
import { overlapsOf } from '@cufflink/billing'
import type { Practice } from '@cufflink/charts'
import { type Fact, type FactOf, failure } from '@cufflink/contracts'
import type { FactList } from '@cufflink/folds'
import { findStretch, type MinutesDocument, provenUntil, type StretchEntry, versionOf } from '@cufflink/folds'
import type { Person, Principal } from '../access/principal.ts'
import { decisionOf, type Proposal, pendingProposals } from '../charts/prompts.ts'
import { findOwn } from '../charts/stretch-id.ts'
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
  requireProgram,
} from './command.ts'
import { type Touch, touchesOf } from './locks.ts'

const DAY_MS = 86_400_000

type OnFile = { readonly practice: Practice; readonly file: FactList }
/** The clinician's time with all patients, around the stretch that is asked about. */
type WithParts = { readonly parts: readonly MinutesDocument[] }
/** What is kept of the patient of the month in which a stretch began. */
type OfMonth = { readonly minutes: readonly MinutesDocument[]; readonly records: FactList }
type Clocked = { readonly now: number; readonly latest: number }

/** @throws {CufflinkError} TIME_IMPOSSIBLE · TIME_TOO_OLD · CATEGORY_UNKNOWN · PROGRAM_NOT_ENROLLED · TIME_OVERLAPS */
export function enterTime(
  { practice, file, parts }: OnFile & WithParts,
  command: Command<'enterTime'>,
): DecisionOf<'enterTime'> {
  const { params, body, who, now } = command
  const { from, until, reason, program, category } = body
  const earliest = now - (practice.settings.entryBackDays + 1) * DAY_MS
  requirePossible(file, body, { ...command, earliest })
  const clinician = (who as Person).user
  const session = nameFor('e', command)
  const kind = { program, category }
  const data = { patient: params.patient, clinician, session, startedAt: from, until, ...kind, reason }
  const propose = practice.settings.approveEntries
  const answer = { session, startedAt: from, status: propose ? 'proposed' : 'counted' } as const
  // As after a repetition.
  if (isCounted(parts, data)) return { facts: [], answer }
  requireFree(parts, { clinician, start: from, end: until }, command)
  const type = propose ? 'entry.proposed' : 'time.entered'
  return { facts: [{ ...envelope(command), at: notBefore(until, command), type, data }], answer }
}

/**
 * Counts unless another correction of the stretch as it stood lies before it on the ledger.
 * @throws {CufflinkError} TIME_UNKNOWN · TIME_NOT_YOURS · VERSION_CONFLICT · TIME_IMPOSSIBLE · TIME_TOO_OLD · CATEGORY_UNKNOWN ·
 *   PROGRAM_NOT_ENROLLED · TIME_OVERLAPS
 */
export function amendTime(
  { file, parts, ...ofMonth }: Pick<OnFile, 'file'> & WithParts & OfMonth,
  command: Command<'amendTime'>,
): Decision {
  const { params, body } = command
  const { patient, session } = params
  const { version: _, ...given } = body
  const { startedAt, clinician, from, until } = body
  const entry = requireCurrent(ofMonth, command)
  // What is corrected may be old; it is kept where it began, and looked for nowhere else.
  requirePossible(file, body, { ...command, earliest: startedAt - DAY_MS })
  if (from > startedAt + DAY_MS)
    throw failure('TIME_IMPOSSIBLE', { detail: 'For another day, void it and enter it again.' })
  const itself = { exceptIdHash: entry.idHash, exceptStartedAt: startedAt }
  requireFree(parts, { clinician, start: from, end: until, ...itself }, command)
  const amended: FactOf<'time.amended'> = {
    ...envelope(command),
    id: idAfter(
      `${params.practice}/${patient} ${clinician} ${session}`,
      lastWordOn(ofMonth.records, entry, session),
    ),
    at: notBefore(until, command),
    type: 'time.amended',
    data: { ...given, patient, session },
  }
  const isListed = isOnAsWritten(amended)
  return {
    facts: [amended],
    touches: [...touchesOf(amended), touchOf(entry)],
    // Time that another voids meanwhile does not count, whatever is said of it.
    stands: (records) => isListed(records) && !isVoided(records, amended.data),
  }
}

/** Counts whatever crosses it: it only takes away. @throws {CufflinkError} TIME_UNKNOWN · TIME_NOT_YOURS · VERSION_CONFLICT */
export function voidTime(ofMonth: OfMonth, command: Command<'voidTime'>): Decision {
  const { patient, session } = command.params
  const { version: _, ...data } = command.body
  const entry = requireCurrent(ofMonth, command)
  return {
    facts: [{ ...envelope(command), type: 'time.voided', data: { ...data, patient, session } }],
    touches: [touchOf(entry)],
  }
}

/**
 * The first decision on the ledger counts, and the time only where that approves it.
 * @throws {CufflinkError} TIME_UNKNOWN · TIME_DECIDED · OWN_ENTRY · TIME_OVERLAPS
 */
export function decideEntry(
  { records, parts }: Pick<OfMonth, 'records'> & WithParts,
  command: Command<'decideEntry'>,
): Decision {
  const { params, body, who } = command
  const { session } = params
  const proposed = proposalOf(records, session)
  if (proposed === undefined) throw failure('TIME_UNKNOWN')
  const { patient, clinician, startedAt, until } = proposed
  const { decision, reason } = body
  const said = { decision, ...(reason !== undefined && { reason }) }
  const decided: FactOf<'entry.decided'> = {
    ...envelope(command, 'decided'),
    type: 'entry.decided',
    data: { patient, clinician, session, startedAt, ...said },
  }
  const before = decisionOf(records, session)
  const isPending = pendingProposals(records).some((one) => one.session === session)
  const isOther = before !== undefined && before.data.decision !== decision
  if (isOther || (!isPending && before?.id !== decided.id)) throw failure('TIME_DECIDED')
  if ((who as Person).user === clinician) throw failure('OWN_ENTRY')
  const stands = (list: FactList) => decisionOf(list, session)?.data.decision === decision
  if (decision === 'declined') return { facts: [decided], stands }
  const isThere = isCounted(parts, proposed)
  if (!isThere) requireFree(parts, { clinician, start: startedAt, end: until }, command)
  // A crash in between leaves an approved entry that is still listed, and is approved again.
  const entered: Fact = { ...envelope(command), type: 'time.entered', data: proposed }
  return { facts: [decided], afterwards: [entered], stands, touches: isThere ? [] : touchesOf(entered) }
}

/** What was proposed under a name. */
export const proposalOf = (records: FactList, session: string): Proposal | undefined =>
  records.flatMap(({ fact }) =>
    fact.type === 'entry.proposed' && fact.data.session === session ? [fact.data] : [],
  )[0]

type Stretch = {
  readonly from: number
  readonly until: number
  readonly category: string
  readonly program: string
}

/** @throws {CufflinkError} TIME_IMPOSSIBLE · TIME_TOO_OLD · CATEGORY_UNKNOWN · PROGRAM_NOT_ENROLLED */
function requirePossible(
  file: FactList,
  { from, until, category, program }: Stretch,
  { latest, earliest }: Clocked & { readonly earliest: number },
): void {
  const length = until - from
  if (length <= 0 || length > DAY_MS || until > latest) throw failure('TIME_IMPOSSIBLE')
  if (from < earliest) throw failure('TIME_TOO_OLD')
  requireCategory(category)
  requireProgram(file, program)
}

/** @throws {CufflinkError} TIME_OVERLAPS with the clinician's other time in the same minutes */
function requireFree(
  parts: readonly MinutesDocument[],
  candidate: Parameters<typeof overlapsOf>[1],
  { now }: Pick<Clocked, 'now'>,
): void {
  const conflicts = overlapsOf(parts, candidate, now, Number.POSITIVE_INFINITY)
  if (conflicts.length === 0) return
  throw failure('TIME_OVERLAPS', {
    conflicts: conflicts.map(({ patient, start, end, program, category }) => ({
      patient,
      start,
      end,
      program,
      category,
    })),
  })
}

/** Whether time by hand is on the ledger as time already. */
const isCounted = (parts: readonly MinutesDocument[], { session, startedAt }: Proposal): boolean =>
  findStretch(parts, session, startedAt) !== undefined

/** The stretch that a correction names, as it stands. @throws {CufflinkError} TIME_UNKNOWN · TIME_NOT_YOURS · VERSION_CONFLICT */
function requireCurrent(
  { minutes }: Pick<OfMonth, 'minutes'>,
  { params, body, who }: Command<'amendTime'> | Command<'voidTime'>,
): StretchEntry {
  const entry = findOwn(minutes, { ...body, session: params.session })
  if (entry?.opening === undefined || entry.voided !== undefined) throw failure('TIME_UNKNOWN')
  if (!mayCorrect(who, entry)) throw failure('TIME_NOT_YOURS')
  if (versionOf(entry) !== body.version) throw failure('VERSION_CONFLICT')
  return entry
}

const mayCorrect = (who: Principal, { clinician }: StretchEntry): boolean =>
  who.kind === 'person' && (who.user === clinician || who.roles.includes('administrator'))

/** The id of the last correction of a stretch, under which the next one is written; of one that was never corrected, where it began. */
const lastWordOn = (records: FactList, { startedAt, clinician }: StretchEntry, session: string): string =>
  records.findLast(
    ({ fact }) =>
      fact.type === 'time.amended' && fact.data.session === session && fact.data.clinician === clinician,
  )?.fact.id ?? String(startedAt)

const isVoided = (records: FactList, { session, clinician }: FactOf<'time.amended'>['data']): boolean =>
  records.some(
    ({ fact }) =>
      fact.type === 'time.voided' && fact.data.session === session && fact.data.clinician === clinician,
  )

/** From when to when a stretch reaches, as it stands. */
function spanOf({ startedAt, opening, amendments, ...entry }: StretchEntry): Span {
  const last = amendments.toSorted((a, b) => a.offset - b.offset).at(-1)
  if (last !== undefined) return { start: last.from, end: last.until }
  const until = opening?.byHand ? opening.until : provenUntil({ startedAt, amendments, ...entry })
  return { start: startedAt, end: Math.max(startedAt + 1, until) }
}

/** What is lost with a stretch as it stands. */
const touchOf = (entry: StretchEntry): Touch => {
  const { patient, clinician } = entry
  return { patient, clinician, ...spanOf(entry), lines: 'time' }
}
