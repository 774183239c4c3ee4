import { setImmediate } from 'node:timers/promises'
import {
  encodeSettled,
  isWatched,
  reachOf,
  type SettledDocument,
  settledKey,
  sharingWith,
  standingClaims,
} from '@cufflink/billing'
import {
  type ChartReader,
  DocumentUnreadable,
  isClinicianMonth,
  type Practice,
  type Practices,
  type ReadChart,
  type Round,
  statesOf,
  tallyWithoutEvaluation,
} from '@cufflink/charts'
import { patientKey, rowOf } from '@cufflink/contracts'
import type { Ledger } from '@cufflink/ledger'
import type { Clock, Logger } from '@cufflink/runtime'
import type { AsOf, Evaluated, Shard, Tally, Views } from '@cufflink/views'
import { touchedName } from '../late-changes/touched.ts'
import type { Basis } from './basis.ts'
import type { ClinicianMonths } from './clinicians.ts'

/** How often it is looked what others have marked, and who is due. */
const LOOK_EVERY_MS = 250
/** Patients that are evaluated together: what they share is read once. */
const AT_ONCE = 32
/** Of these so many between two pauses: the embedded views answer without one, and the same thread may serve pages. */
const WITHOUT_PAUSE = 4
/** A patient that cannot be evaluated is tried again after this long; something that comes in is tried at once. */
const AGAIN_MS = 5 * 60_000
/** Each proof of a timer marks its clinician's month, which is resolved whole: so often is soon enough. */
const MONTH_EVERY_MS = 5_000
/** A clinician's month whose practice is not there yet, or that another tracker was writing, lets others go first. */
const MONTH_AGAIN_MS = 1_000

export type EvaluatorOptions = {
  readonly ledger: Pick<Ledger, 'partitionOf'>
  readonly views: Pick<Views, 'generation' | 'watermark' | 'members' | 'commit' | 'evaluations'>
  readonly practices: Practices
  readonly charts: ChartReader
  readonly basis: Basis
  readonly months: ClinicianMonths
  readonly clock: Clock
  readonly logger: Logger
  /** Between two evaluations of one clinician's month; 5 s unless told. */
  readonly monthEveryMs?: number
  /** A document of this shard cannot be decoded. */
  unreadable(shard: Shard): void
  /** The partitions of `activity` that are mine: the tracker that folds a patient's activity evaluates the patient. */
  partitions(): readonly number[]
}

export type EvaluationTally = { evaluated: number; failed: number; older: number; months: number }

/** Evaluates patients and clinicians' months that are marked or due, once each, and writes what came of it (ADR 23). */
export type Evaluator = {
  readonly tally: Readonly<EvaluationTally>
  /** Something was marked just now. */
  wake(): void
  /** Resolves once everyone was looked at who is marked by now, in the partitions that are mine. Who could not be evaluated is still marked. */
  round(): Promise<void>
  close(): Promise<void>
}

export function startEvaluator(options: EvaluatorOptions): Evaluator {
  const { ledger, views, practices, charts, basis, clock, logger } = options
  const { evaluations } = views
  const tally: EvaluationTally = { evaluated: 0, failed: 0, older: 0, months: 0 }
  /** Clinicians' months, and the instant (of this process) from which each is evaluated again. */
  const notBefore = new Map<string, number>()
  let closed = false
  let running: Promise<void> | undefined
  let again = false
  /** Resolves with the end of the round that begins next. */
  let nextRound = Promise.withResolvers<void>()

  const timer = setInterval(wake, LOOK_EVERY_MS)

  function wake(): void {
    again = true
    running ??= work().finally(() => {
      running = undefined
    })
  }

  /** What fails, as while the views are away, is still marked: the next look tries it again. */
  async function work(): Promise<void> {
    while (again && !closed) {
      again = false
      const round = nextRound
      nextRound = Promise.withResolvers()
      for (const partition of options.partitions())
        await evaluatePartition(partition).catch((error: unknown) => {
          if (error instanceof DocumentUnreadable) options.unreadable(error.shard)
          if (rowOf(error).class !== 'transient') logger.error('patients cannot be evaluated', { error })
        })
      round.resolve()
    }
  }

  async function evaluatePartition(partition: number): Promise<void> {
    await basis.markOutdated(partition)
    const marked = await evaluations.marked(partition)
    const due = await evaluations.due(partition, clock.now(), AT_ONCE)
    const { months = [], patients = [] } = Object.groupBy(marked.keys(), (name) =>
      isClinicianMonth(name) ? 'months' : 'patients',
    )
    const names = [...new Set([...patients, ...due])]
    const before = tally.evaluated
    for (let from = 0; from < names.length && !closed; from += AT_ONCE)
      await evaluateSome(partition, names.slice(from, from + AT_ONCE))
    await evaluateMonths(partition, months, marked)
    // While nothing can be written, as where a partition is being filled again, the next look is soon enough.
    if (due.length === AT_ONCE && tally.evaluated > before) again = true
  }

  /** Some, so that patients wait for no more. */
  async function evaluateMonths(
    partition: number,
    names: readonly string[],
    marks: ReadonlyMap<string, number>,
  ): Promise<void> {
    for (const [name, instant] of notBefore) if (instant <= performance.now()) notBefore.delete(name)
    const ready = names.filter((name) => (notBefore.get(name) ?? 0) <= performance.now())
    if (ready.length > AT_ONCE) again = true
    for (const name of ready.slice(0, AT_ONCE)) {
      if (closed) return
      try {
        if (await options.months.evaluate(partition, name, marks.get(name)!)) {
          notBefore.set(name, performance.now() + (options.monthEveryMs ?? MONTH_EVERY_MS))
          tally.months += 1
        } else notBefore.set(name, performance.now() + MONTH_AGAIN_MS)
      } catch (error) {
        if (error instanceof DocumentUnreadable) options.unreadable(error.shard)
        if (rowOf(error).class === 'transient') throw error
        notBefore.set(name, performance.now() + AGAIN_MS)
        logger.error("a clinician's month cannot be evaluated", { error })
      }
      await setImmediate()
    }
  }

  async function evaluateSome(partition: number, names: readonly string[]): Promise<void> {
    // In this order: what is read later is at least as new as what it is said to be of.
    const { generation } = views
    const marks = await evaluations.marksOf(partition, names)
    const asOf = { ...(await watermarks(partition)), generation }
    const known = new Map<string, Promise<Shared | undefined>>()
    const sharedOf = (tenant: string) => known.getOrInsertComputed(tenant, () => shared(tenant))
    const evaluateOne = async (name: string, mark: number): Promise<void> => {
      const [tenant, patient] = name.split('/') as [string, string]
      const together = await sharedOf(tenant)
      // Its partition is just being filled again: the mark stays until the practice is there.
      if (together === undefined) return
      const { settled, ...evaluated } = await evaluate({ tenant, patient, mark, asOf }, together)
      const outcome = await evaluations.conclude(partition, evaluated)
      tally[outcome === 'written' ? 'evaluated' : 'older'] += 1
      if (settled !== undefined) await keep(partition, evaluated, settled)
    }
    for (let from = 0; from < names.length && !closed; from += WITHOUT_PAUSE) {
      const part = names.slice(from, from + WITHOUT_PAUSE)
      await Promise.all(part.map((name, index) => evaluateOne(name, marks[from + index]!)))
      await setImmediate()
    }
  }

  /**
   * What is settled says itself what it was settled from, so it may be written at any time: but of a shard that was reset meanwhile nothing
   * is left. Where the shard is written to in this moment, the next evaluation settles again.
   */
  async function keep(partition: number, { tenant, patient, asOf }: Evaluated, settled: SettledDocument) {
    const shard = { topic: 'readings', partition } as const
    const at = await views.watermark(shard)
    if (at < asOf.readings) return
    const documents = [{ key: settledKey(tenant, patient), bytes: encodeSettled(settled) }]
    const { generation } = asOf
    const nothing = { members: [], changed: new Map() }
    await views.commit(shard, {
      ...nothing,
      expected: at,
      next: at,
      documents,
      ...(generation && { generation }),
    })
  }

  async function watermarks(partition: number): Promise<AsOf> {
    const [readings, activity] = await Promise.all(
      (['readings', 'activity'] as const).map((topic) => views.watermark({ topic, partition })),
    )
    return { readings: readings!, activity: activity! }
  }

  type Shared = { readonly practice: Practice; readonly month: string; readonly round: Round }
  async function shared(tenant: string): Promise<Shared | undefined> {
    const practice = await practices.find(tenant)
    if (practice === undefined) return undefined
    const month = charts.currentMonth(practice)
    return { practice, month, round: charts.round(practice, month, clock.now()) }
  }

  type Of = Pick<Evaluated, 'tenant' | 'patient' | 'mark' | 'asOf'>
  async function evaluate(of: Of, together: Shared): Promise<Evaluated & { settled?: SettledDocument }> {
    const { practice, month, round } = together
    const { patient, asOf } = of
    const stamp = {
      asOfReadings: String(asOf.readings),
      asOfActivity: String(asOf.activity),
      basis: basis.of(practice, patient),
      lockedBasis: basis.ofLocked(practice, patient),
    }
    try {
      const found = await charts.evaluate(practice, patient, { month, round })
      if (found === undefined) return { ...of, tally: {}, states: [] }
      const { chart, settled } = found
      const { fields, due } = found.tally
      const made = {
        ...of,
        tally: { ...fields, ...stamp, work: workOf(chart) },
        states: statesOf(fields),
        due,
      }
      await markBeside(chart, round, made)
      return { ...made, late: await lateMarks(chart, made), ...(settled && { settled }) }
    } catch (error) {
      if (rowOf(error).class === 'transient') throw error
      tally.failed += 1
      if (error instanceof DocumentUnreadable) options.unreadable(error.shard)
      logger.error('a patient cannot be evaluated', { code: 'PATIENT_NOT_EVALUATED', error })
      const at = { patient, month, now: clock.now() }
      const before = await written(of)
      const failed = tallyWithoutEvaluation(at, { practice, before })
      const states = statesOf(failed)
      // Its locked lines are still to be compared with what they stand on now.
      const { lockedBasis = '' } = before
      const unevaluated = { ...failed, ...stamp, lockedBasis }
      return { ...of, tally: unevaluated, states, due: at.now + AGAIN_MS * clock.rate }
    }
  }

  /** What its locked lines stand on beside the patient's own facts is another: all of them are compared. */
  async function lateMarks(
    { claims, practice: { zone } }: ReadChart,
    { tenant, patient, tally: made }: Evaluated,
  ): Promise<readonly string[]> {
    const before = await written({ tenant, patient })
    if (before['lockedBasis'] === made['lockedBasis']) return []
    const today = charts.todayIn(zone)
    const isAny = standingClaims(claims).some((claim) => isWatched(claim, today))
    return isAny ? [touchedName(tenant, patient)] : []
  }

  const written = async ({ tenant, patient }: Pick<Evaluated, 'tenant' | 'patient'>): Promise<Tally> => {
    const name = patientKey(tenant, patient)
    const [found = {}] = await evaluations.tallies(ledger.partitionOf(name), [name])
    return found
  }

  /**
   * A patient who shares a moment of a clinician with one whose stretches changed may have more or less time now. They are marked before the
   * patient's own mark is removed.
   */
  async function markBeside(chart: ReadChart, round: Round, { tenant, patient, tally: made }: Evaluated) {
    const before = await written({ tenant, patient })
    if ((before['work'] ?? '') === made['work']) return
    const stretches = chart.minutes.flatMap((document) => document.stretches)
    const beside = new Set<string>()
    for (const clinician of new Set(stretches.map((session) => session.clinician))) {
      const spans = stretches.filter((session) => session.clinician === clinician).map(reachOf)
      for (const other of sharingWith(spans, { parts: await round.clinician(clinician), clinician }))
        beside.add(other.patient)
    }
    beside.delete(patient)
    const names = [...beside].map((other) => patientKey(tenant, other))
    for (const [partition, some] of Map.groupBy(names, ledger.partitionOf))
      await evaluations.mark(partition, some)
  }

  return {
    tally,
    wake,
    round() {
      const { promise } = nextRound
      wake()
      return promise
    },
    async close() {
      closed = true
      clearInterval(timer)
      await running
    },
  }
}

/** What a patient's stretches are, short: another when one of them begins, goes on, ends, is amended or voided. */
const workOf = ({ minutes }: ReadChart): string =>
  minutes
    .flatMap(({ stretches }) => stretches)
    .reduce((sum, session) => {
      const { start, end } = reachOf(session)
      return (
        sum +
        1 +
        ((start % 1_000_003) +
          31 * (end % 1_000_003) +
          7 * session.amendments.length +
          (session.voided ? 3 : 0))
      )
    }, 0)
    .toString(36)
