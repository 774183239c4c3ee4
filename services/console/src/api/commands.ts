import type { ChartReader, Documents, Practices } from '@cufflink/charts'
import { failure, patientKey } from '@cufflink/contracts'
import type { Accounts, Registry } from '@cufflink/directory'
import type { FactList } from '@cufflink/folds'
import type { Clock } from '@cufflink/runtime'
import type { Passwords } from '../access/passwords.ts'
import { actorOf, type Principal } from '../access/principal.ts'
import type { SignInRecord } from '../access/sign-in-record.ts'
import type { Alone } from '../charts/alone.ts'
import type { KeyedMutex } from '../keyed-mutex.ts'
import type { OperationRoutes } from './operation-routes.ts'
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
  /** What is checked and then saved about one person's time, or one note, is not checked by another meanwhile. */
  readonly inTurn: KeyedMutex
}

type Asked = { readonly id: string; readonly params: { readonly practice: string }; readonly who: Principal }

/** What every fact of a command has; `part` tells apart several of one command. */
export const envelope = ({ id, params, who }: Asked, clock: Clock, part = '') =>
  ({
    id: part === '' ? id : `${id}-${part}`,
    v: 1,
    tenant: params.practice,
    at: clock.now(),
    by: actorOf(who),
  }) as const

/** When a fact about a stretch is written: never before its end, which a person may read on a clock that is a little ahead. */
export const notBefore = (end: number, clock: Clock): number => Math.max(clock.now(), end)

/** What two clocks that people read may differ by. */
export const SLACK_MS = 60_000

/** What is said to have happened, has. @throws {CufflinkError} IN_THE_FUTURE */
export function notInFuture(instant: number, { now, rate }: Clock): number {
  if (instant > now() + SLACK_MS * rate) throw failure('IN_THE_FUTURE')
  return instant
}

/** A name that a command makes for something new: `e-0123456789abcdef01234567`. */
export const nameFor = (letter: string, { id }: { readonly id: string }): string =>
  `${letter}-${id.slice(0, 24)}`

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
