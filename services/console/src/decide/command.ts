import { hash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { medicare, rulesOn } from '@cufflink/billing'
import {
  type AnswerOf,
  type CufflinkError,
  type Fact,
  failure,
  type OperationName,
} from '@cufflink/contracts'
import type { FactList } from '@cufflink/folds'
import { localDate } from '@cufflink/folds'
import { actorOf } from '../access/principal.ts'
import type { Asked } from '../api/operation-routes.ts'
import type { Touch } from './locks.ts'

/** What someone asks for, as plain data: what follows from it can be decided, and tried, without a server. */
export type Command<Name extends OperationName> = Pick<Asked<Name>, 'id' | 'params' | 'body' | 'who'> & {
  /** The practice's clock, ms. */
  readonly now: number
  /** The last instant that has come already: the clocks that two people read may differ by a minute. */
  readonly latest: number
  /** How often it was decided before, each time on what another change left. */
  readonly round: number
}

/**
 * What follows from a command: facts to append, in their order, and the answer. What does not follow is refused by a thrown `CufflinkError`.
 */
export type Decision<Answer = void> = {
  readonly facts: readonly Fact[]
  /** What it may alter of locked lines; unless told, what its facts alter. */
  readonly touches?: readonly Touch[]
  /** Why it is not done; said once the person knows of the locked lines that it would alter. */
  readonly refusal?: CufflinkError
  /** Of a decision that is only right on what was read: whether its first fact counts, by the list it is on, read again. */
  readonly stands?: (list: FactList) => boolean
  /** What follows once that fact counts. */
  readonly afterwards?: readonly Fact[]
} & (Answer extends void ? object : { readonly answer: Answer })

export type DecisionOf<Name extends OperationName> = Decision<AnswerOf<Name>>

type Asking = Pick<Command<'signOut'>, 'id' | 'who' | 'now'> & {
  readonly params: { readonly practice: string }
}

/** What every fact of a command has; `part` tells apart several of one command. */
export const envelope = ({ id, params, who, now }: Asking, part = '') =>
  ({
    id: part === '' ? id : `${id}-${part}`,
    v: 1,
    tenant: params.practice,
    at: now,
    by: actorOf(who),
  }) as const

/** The same of a record that names the one it replaces: one that lost to another is not written again, the next one is. */
export const recordEnvelope = (command: Asking & { readonly round: number }, part = '') =>
  envelope(
    command,
    [part, ...(command.round > 0 ? [`round-${command.round}`] : [])].filter(Boolean).join('-'),
  )

/**
 * The id of a fact that changes what stands: it is named after what it changes. Of two that change the same the ledger has one id, and every
 * reader counts the first, whichever console wrote it.
 */
export const idAfter = (subject: string, before: string): string =>
  hash('sha256', `${subject} after ${before}`, 'hex').slice(0, 32)

/** Whether a fact named after its command is on a list, which has none of the records that lost to another; also one that was repeated. */
export const isOn =
  (fact: Fact) =>
  (list: FactList): boolean =>
    list.some((one) => one.fact.id === fact.id)

/** Whether a list has a fact named by `idAfter` as it was written: another one of its name may have been first. */
export const isOnAsWritten =
  (fact: Fact) =>
  (list: FactList): boolean =>
    list.some((one) => one.fact.id === fact.id && isDeepStrictEqual(one.fact.data, fact.data))

/** When a fact about a stretch is written: never before its end, which a person may read on a clock that is a little ahead. */
export const notBefore = (end: number, { now }: { readonly now: number }): number => Math.max(now, end)

/** What is said to have happened, has. @throws {CufflinkError} IN_THE_FUTURE */
export function notInFuture(instant: number, { latest }: { readonly latest: number }): number {
  if (instant > latest) throw failure('IN_THE_FUTURE')
  return instant
}

/** A name that a command makes for something new: `e-0123456789abcdef01234567`. */
export const nameFor = (letter: string, { id }: { readonly id: string }): string =>
  `${letter}-${id.slice(0, 24)}`

/** @throws {CufflinkError} ZONE_UNKNOWN when it is no name of the IANA database. */
export function requireZone(zone: string): void {
  // A fixed offset is understood as well, and would be wrong half the year.
  if (!/^[A-Za-z]/.test(zone)) throw failure('ZONE_UNKNOWN')
  try {
    localDate(0, zone)
  } catch {
    throw failure('ZONE_UNKNOWN')
  }
}

/** @throws {CufflinkError} CATEGORY_UNKNOWN */
export function requireCategory(category: string): void {
  const { ruleSet } = rulesOn(medicare, '9999-12-31')
  if (!ruleSet.categories.some((known) => known.category === category)) throw failure('CATEGORY_UNKNOWN')
}

/** @throws {CufflinkError} PROGRAM_NOT_ENROLLED */
export function requireProgram(file: FactList, program: string): void {
  const enrolled = file.findLast(({ fact }) => fact.type === 'patient.enrolled')?.fact
  if (enrolled?.type !== 'patient.enrolled') throw failure('PATIENT_UNKNOWN')
  const programs: readonly string[] = enrolled.v === 1 ? ['RPM'] : enrolled.data.programs
  if (!programs.includes(program)) throw failure('PROGRAM_NOT_ENROLLED')
}
