import { isDeepStrictEqual } from 'node:util'
import type { Experience } from '@cufflink/billing'
import { type ChartReader, type Documents, type Practice, type Practices } from '@cufflink/charts'
import type { Chart, Ping } from '@cufflink/contracts'
import type { Accounts } from '@cufflink/directory'
import { monthsAround } from '@cufflink/folds'
import type { Clock } from '@cufflink/runtime'
import type { Views } from '@cufflink/views'
import { chartOf } from '../charts/chart.ts'
import { practitionersOf } from '../charts/practitioners.ts'
import type { Forecasts } from '../dashboard/forecasts.ts'
import type { BesideFeed, ChangedBeside } from './beside-feed.ts'
import { coalesce } from './coalesce.ts'
import type { HeldFeed } from './feeds.ts'
import { type Follower, follow, type Outlet } from './outlet.ts'

const COALESCE_MS = 50
const TICK_MS = 1_000

export type PatientFeedOptions = {
  readonly practices: Practices
  readonly charts: ChartReader
  readonly documents: Documents
  readonly accounts: Accounts
  readonly views: Pick<Views, 'watch'>
  readonly clock: Pick<Clock, 'now'>
  readonly forecasts: Pick<Forecasts, 'experience'>
  /** Whose time changed beside a chart's patient. */
  beside(of: Omit<OfPatient, 'patient'>): HeldFeed<BesideFeed>
}

/** The live chart of one patient in one month. */
export type PatientFeed = {
  /** Sends the chart, and the latest one whenever it is another. */
  join(outlet: Outlet): { hear(request: Ping): void; leave(): void }
  close(): void
}

export type OfPatient = { readonly practice: string; readonly patient: string; readonly month: string }

/** @throws {CufflinkError} PRACTICE_UNKNOWN · PATIENT_UNKNOWN · VIEWS_UNAVAILABLE */
export async function openPatientFeed(
  { practice: tenant, patient, month }: OfPatient,
  options: PatientFeedOptions,
): Promise<PatientFeed> {
  const { practices, charts, documents, accounts, views, clock, forecasts, beside: holdBeside } = options
  const readers = new Set<Follower>()
  let chart: Chart | undefined
  let practice: Practice | undefined
  /** What was learned last of the practice's past, and what the chart shows of it. */
  let learned: Experience | undefined
  let shown: Experience | undefined
  let today = ''

  const nameOf = (user: string): string => accounts.find(user)?.name ?? user

  /** A chart does not wait for it: it is read again when something else was learned. */
  async function learn(of: Practice): Promise<void> {
    learned = await forecasts.experience(of).catch(() => learned)
  }

  async function read(): Promise<void> {
    practice = await practices.get(tenant)
    void learn(practice)
    const [found, recent] = await Promise.all([
      charts.get(practice, patient, { month }),
      documents.days(tenant, patient, monthsAround(month)),
    ])
    shown = learned
    const practitioners = practitionersOf(practice, accounts.of(tenant), clock.now())
    const version = (chart?.version ?? 0) + 1
    const fresh = chartOf(found, { version, recent, practitioners, experience: shown, nameOf })
    today = fresh.row.today
    const same =
      chart && isDeepStrictEqual({ ...fresh, version: 0, now: 0 }, { ...chart, version: 0, now: 0 })
    if (same) return
    chart = fresh
    for (const reader of readers) reader.wake()
  }

  const own = coalesce(COALESCE_MS, read)
  const unwatch = await views.watch(tenant, {
    changed({ patients }) {
      if (patients.includes(patient)) own.mark([patient])
    },
    resync: () => own.mark([patient]),
  })
  /** Another patient's time may trim this one's, where a clinician was with both. */
  const besideChanged = (changed: readonly ChangedBeside[]): void => {
    const here = new Set(chart?.sessions.map(({ clinician }) => clinician))
    const shared = ({ patient: other, clinicians }: ChangedBeside): boolean =>
      other !== patient && !here.isDisjointFrom(clinicians)
    if (changed.some(shared)) own.mark([patient])
  }
  const beside = holdBeside({ practice: tenant, month })
  let leaveBeside: (() => void) | undefined
  const unwatchAccounts = accounts.onChange((user) => {
    if (accounts.find(user)?.practice === tenant) own.mark([patient])
  })
  const ticking = setInterval(() => {
    const turned = chart !== undefined && charts.todayIn(chart.row.zone) !== today
    if (practice !== undefined) void learn(practice)
    own.mark(turned || learned !== shown ? [patient] : [])
  }, TICK_MS)

  const close = (): void => {
    unwatch()
    unwatchAccounts()
    clearInterval(ticking)
    own.close()
    leaveBeside?.()
    beside.release()
  }
  try {
    leaveBeside = (await beside.feed).join(besideChanged)
    await read()
  } catch (error) {
    close()
    throw error
  }
  return {
    join(outlet) {
      let version = 0
      const reader = follow(
        outlet,
        () => {
          if (chart === undefined || chart.version === version) return undefined
          version = chart.version
          // What is known, told now.
          return { ...chart, now: clock.now() }
        },
        () => ({ type: 'pong', version, now: clock.now() }),
      )
      readers.add(reader)
      reader.wake()
      return { hear: () => reader.ping(), leave: () => void readers.delete(reader) }
    },
    close,
  }
}
