import { clinicianDays } from '@cufflink/billing'
import { createDocuments } from '@cufflink/charts'
import type { Fact, TimerRunning, TimerStopped } from '@cufflink/contracts'
import { foldMinutes, type MinutesDocument, monthOfMinutes } from '@cufflink/folds'
import type { Ledger } from '@cufflink/ledger'
import { createLogger } from '@cufflink/runtime'
import { closeOrphans } from '../../src/timers/orphans.ts'
import type { TimerOwner } from '../../src/timers/owner.ts'
import { type Limits, type Sign, usualLimits } from '../../src/timers/timer.ts'
import { createTimers, type Timers } from '../../src/timers/timers.ts'
import { DAY_MS, type HandClock } from '../charts-fixture.ts'
import type { Engines } from '../console-fixture.ts'

const logger = createLogger({ service: 'test', level: 'silent' })
export const practice = 'riverside'

export type ServerOptions = {
  readonly time: HandClock
  readonly limits?: Partial<Limits>
  /** In place of the engines' own. */
  readonly ledger?: Pick<Ledger, 'append'>
}

/** The timers of one console server, which ends when it is no longer asked for anything. */
export type Server = Timers & {
  /** Looks for orphans. @returns how many were closed */
  look(): Promise<number>
}

let servers = 0
export function startServer(
  engines: Engines,
  { time, limits, ledger = engines.ledger }: ServerOptions,
): Server {
  servers += 1
  const holder = `server-${servers}`
  const documents = createDocuments({ ledger: engines.ledger, views: engines.views })
  const shared = { ledger, leases: engines.views.leases, ...time, logger, holder }
  const timers = createTimers({
    ...shared,
    shardOf: (name) => documents.shardOf('activity', name),
    limits: { ...usualLimits, ...limits },
  })
  // The getter among them stays one.
  return Object.defineProperties(
    { look: () => closeOrphans({ ...shared, documents }) },
    Object.getOwnPropertyDescriptors(timers),
  ) as Server
}

export type Told =
  | {
      readonly told: 'running'
      readonly session: string
      readonly workedMs: number
      readonly atMs: number
      readonly saved: boolean
    }
  | { readonly told: 'stopped'; readonly session: string; readonly workedMs: number; readonly reason: string }
  | { readonly told: 'warned'; readonly session: string; readonly stopsInMs: number }

/** A person's connection, which keeps what it is told, and counts how often it was late. */
export type TestOwner = TimerOwner & {
  readonly lates: number
  readonly told: Told[]
  readonly session: string
  readonly reasons: readonly string[]
}

export function newOwner(clinician: string): TestOwner {
  const told: Told[] = []
  let lates = 0
  return {
    practice,
    clinician,
    told,
    get lates() {
      return lates
    },
    get session() {
      return told.findLast((one) => one.told === 'running')!.session
    },
    get reasons() {
      return told.flatMap((one) => (one.told === 'stopped' ? [one.reason] : []))
    },
    running: ({ session, workedMs, atMs, saved }: TimerRunning) =>
      void told.push({ told: 'running', session, workedMs, atMs, saved }),
    stopped: ({ session, workedMs, reason }: TimerStopped) =>
      void told.push({ told: 'stopped', session, workedMs, reason }),
    warned: (session, stopsInMs) => void told.push({ told: 'warned', session, stopsInMs }),
    late: () => {
      lates += 1
    },
  }
}

/** When a request was sent on a line that delays nothing: however far the session is when it comes. */
export const AT_ONCE = Number.MAX_SAFE_INTEGER

/** A sign of someone who last moved so long ago. */
export const sign = (idleMs = 0, atMs = AT_ONCE): Sign => ({ idleMs, atMs })

export const work = (patient: string) =>
  ({ patient, patientName: `Patient ${patient}`, program: 'RPM', category: 'data-review' }) as const

/** Every fact about a clinician's time, as the ledger has it. */
export async function factsOf(
  { ledger }: Pick<Engines, 'ledger'>,
  clinician: string,
): Promise<readonly Fact[]> {
  const facts: Fact[] = []
  for (let partition = 0; partition < ledger.partitions; partition += 1)
    for (const { text } of await ledger.read('activity', partition, 0, 50_000)) {
      const fact = JSON.parse(text) as Fact
      if ('clinician' in fact.data && fact.data.clinician === clinician) facts.push(fact)
    }
  return facts
}

/** What a clinician is credited over all patients, whole seconds, evaluated from facts alone. */
export function creditedSeconds(facts: readonly Fact[], clinician: string, around: number): number {
  const months = new Map<string, MinutesDocument>()
  for (const [offset, fact] of facts.entries()) {
    if (!fact.type.startsWith('time.')) continue
    const time = fact as Parameters<typeof foldMinutes>[1]
    const month = monthOfMinutes(time)
    months.set(month, foldMinutes(months.get(month), time, offset))
  }
  const date = (instant: number): string => new Date(instant).toISOString().slice(0, 10)
  const days = clinicianDays([...months.values()], {
    clinician,
    zone: 'UTC',
    asOf: around + 2 * DAY_MS,
    from: date(around - DAY_MS),
    to: date(around + DAY_MS),
  })
  return days.reduce((sum, { seconds }) => sum + seconds, 0)
}
