import { sharingWith, watchedYears } from '@cufflink/billing'
import { type ChartReader, type Documents, type Practices } from '@cufflink/charts'
import {
  type AnswerOf,
  CufflinkError,
  type Fact,
  failure,
  keyOf,
  type OperationName,
  patientKey,
} from '@cufflink/contracts'
import type { Accounts, Registry } from '@cufflink/directory'
import type { FactList } from '@cufflink/folds'
import { localDate, monthsBetween, utcMonth } from '@cufflink/folds'
import type { Clock } from '@cufflink/runtime'
import type { Passwords } from '../access/passwords.ts'
import type { SignInRecord } from '../access/sign-in-record.ts'
import type { Alone } from '../charts/alone.ts'
import type { Command, DecisionOf } from '../decide/command.ts'
import { isLocked, type Touch, touchesOf } from '../decide/locks.ts'
import type { KeyedMutex } from '../keyed-mutex.ts'
import type { Asked, OperationRoutes } from './operation-routes.ts'
import type { Save } from './saver.ts'

/** What commands stand on. */
export type Commands = {
  readonly routes: OperationRoutes
  readonly save: Save
  readonly documents: Documents
  readonly practices: Practices
  readonly charts: ChartReader
  readonly alone: Alone
  readonly accounts: Accounts
  readonly passwords: Passwords
  readonly wrongPasswordsOf: SignInRecord['wrongOf']
  readonly registry: Registry
  readonly clock: Clock
  /** What is decided about one person's time, or what is held of one patient, is not decided by another meanwhile. */
  readonly inTurn: KeyedMutex
}

/** What a command has that may alter a line. */
type OfPractice = { readonly practice: string }
type Standing = Pick<Commands, 'save' | 'documents' | 'practices' | 'clock'>

/** Reads what a command is decided on, once more in each round. */
type Read<Name extends OperationName, State> = (command: Command<Name>) => Promise<State>
type Decide<Name extends OperationName, State> = (state: State, command: Command<Name>) => DecisionOf<Name>

const SLACK_MS = 60_000
const DAY_MS = 86_400_000
/** Changes of one thing that cross, each of which costs those that lose to it another round. */
const ROUNDS = 8

/**
 * Reads, decides and appends. A fact that is only right on what was read counts only while that still holds: every reader tells by the fact
 * itself, whichever console wrote it. Where another was first, what it left is read, and decided on once more.
 * @throws {CufflinkError} TIME_LOCKED where a line stands locked that the facts may alter, unless the person who asks has said that they know ·
 *   VERSION_CONFLICT after too many rounds · what `read`, `decide` and `save` throw
 */
export async function carryOut<Name extends OperationName, State>(
  standing: Standing,
  asked: Asked<Name>,
  read: Read<Name, State>,
  decide: Decide<Name, State>,
): Promise<AnswerOf<Name>> {
  for (let round = 0; ; round += 1) {
    const command = commandOf(asked, standing.clock, round)
    const decision = decide(await read(command), command)
    const { facts, touches = touchesOf(...facts) } = decision
    if (!asked.acknowledgeLocked) await requireUnlocked(standing, asked.params as OfPractice, touches)
    if (decision.refusal !== undefined) throw decision.refusal
    try {
      await append(standing, decision)
      return ('answer' in decision ? decision.answer : undefined) as AnswerOf<Name>
    } catch (error) {
      const isLost = error instanceof CufflinkError && error.code === 'VERSION_CONFLICT'
      if (!isLost || round === ROUNDS) throw error
    }
  }
}

/** Answers an operation by carrying out its command; those of one `turn` one after the other. */
export const answering =
  (commands: Commands) =>
  <Name extends OperationName, State>(
    name: Name,
    read: Read<Name, State>,
    decide: Decide<Name, State>,
    turnOf?: (asked: Asked<Name>) => string | Promise<string>,
  ): void =>
    commands.routes.answer(name, async (asked) => {
      const act = () => carryOut(commands, asked, read, decide)
      return turnOf === undefined ? act() : commands.inTurn(await turnOf(asked), act)
    })

export const commandOf = <Name extends OperationName>(
  { id, params, body, who }: Asked<Name>,
  clock: Clock,
  round = 0,
): Command<Name> => {
  const now = clock.now()
  return { id, params, body, who, now, latest: now + SLACK_MS * clock.rate, round }
}

/** @throws {CufflinkError} VERSION_CONFLICT: another, perhaps of another console, lies before it on the ledger, and it counts for nothing */
async function append(
  { save, documents }: Standing,
  { facts, stands, afterwards = [] }: DecisionOf<OperationName>,
): Promise<void> {
  await save(...facts)
  const [first] = facts
  if (first !== undefined && stands !== undefined) {
    await documents.caughtUp(keyOf(first))
    if (!stands(await listOf(documents, first))) throw failure('VERSION_CONFLICT')
  }
  await save(...afterwards)
}

/** The list of facts on which a fact of a patient or a practice is found. */
async function listOf(documents: Documents, { type, tenant, data }: Fact): Promise<FactList> {
  if (!('patient' in data)) return documents.practice(tenant)
  const began = 'startedAt' in data ? data.startedAt : 'notedAt' in data ? data.notedAt : undefined
  const years = type.startsWith('claim.') && 'to' in data ? [data.to.slice(0, 4)] : []
  const months = began === undefined ? [] : [utcMonth(began)]
  const { file, records, claims } = await documents.activity(tenant, data.patient, {
    records: months,
    claims: years,
  })
  return years.length > 0 ? claims : months.length > 0 ? records : file
}

/**
 * @throws {CufflinkError} TIME_LOCKED where a line stands locked that a change may alter, or one of time with another patient that it trims
 */
async function requireUnlocked(
  { practices, documents, clock }: Standing,
  params: OfPractice,
  touches: readonly Touch[],
): Promise<void> {
  if (touches.length === 0) return
  const practice = await practices.get(params.practice)
  const today = localDate(clock.now(), practice.zone)
  const beside = await Promise.all(touches.map((touch) => besideOf(documents, practice.id, touch)))
  for (const [patient, own] of Map.groupBy([...touches, ...beside.flat()], (touch) => touch.patient)) {
    const { file, claims } = await documents.activity(practice.id, patient, { claims: watchedYears(today) })
    if (isLocked({ practice, patient, today, file, claims }, own)) throw failure('TIME_LOCKED')
  }
}

/** The clinician's time with other patients that is trimmed otherwise without the time that is taken away. */
async function besideOf(
  documents: Documents,
  practice: string,
  { clinician, start, end = start }: Touch,
): Promise<readonly Touch[]> {
  if (clinician === undefined) return []
  // A stretch is kept where it began, which may be two days before it ends.
  const months = monthsBetween(start - 2 * DAY_MS, end + DAY_MS)
  const parts = await documents.clinician(practice, clinician, months)
  return sharingWith([{ start, end }], { parts, clinician }).map((span) => ({ ...span, lines: 'time' }))
}

/** The file of a patient who is enrolled. @throws {CufflinkError} PATIENT_UNKNOWN · VIEWS_UNAVAILABLE */
export async function fileOf(
  { documents }: Pick<Commands, 'documents'>,
  { practice, patient }: { readonly practice: string; readonly patient: string },
): Promise<FactList> {
  const read = async (): Promise<FactList> => (await documents.activity(practice, patient, {})).file
  const isEnrolled = (file: FactList) => file.some(({ fact }) => fact.type === 'patient.enrolled')
  const file = await read()
  if (isEnrolled(file)) return file
  await documents.caughtUp(patientKey(practice, patient))
  const again = await read()
  if (!isEnrolled(again)) throw failure('PATIENT_UNKNOWN')
  return again
}
