import { setImmediate } from 'node:timers/promises'
import { DocumentUnreadable, isClinicianMonth } from '@cufflink/charts'
import { rowOf } from '@cufflink/contracts'
import type { ClinicianMonths } from './clinicians.ts'
import { AGAIN_MS, type PatientOptions, patientEvaluation } from './patients.ts'

/** How often it is looked what others have marked, and who is due. */
const LOOK_EVERY_MS = 250
/** Patients that are evaluated together: what they share is read once. */
const AT_ONCE = 32
/** Each proof of a timer marks its clinician's month, which is resolved whole: so often is soon enough. */
const MONTH_EVERY_MS = 5_000
/** A clinician's month whose practice is not there yet, or that another tracker was writing, lets others go first. */
const MONTH_AGAIN_MS = 1_000

export type EvaluatorOptions = Omit<PatientOptions, 'signal'> & {
  readonly months: ClinicianMonths
  /** Between two evaluations of one clinician's month; 5 s unless told. */
  readonly monthEveryMs?: number
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
  const { basis, clock, logger } = options
  const { evaluations } = options.views
  const tally: EvaluationTally = { evaluated: 0, failed: 0, older: 0, months: 0 }
  const closing = new AbortController()
  const { signal } = closing
  const evaluatePatients = patientEvaluation({ ...options, signal }, tally)
  const evaluateMonths = monthEvaluation({ ...options, signal }, tally)
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
    while (again && !signal.aborted) {
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
    for (let from = 0; from < names.length && !signal.aborted; from += AT_ONCE)
      await evaluatePatients(partition, names.slice(from, from + AT_ONCE))
    if (await evaluateMonths(partition, months, marked)) again = true
    // While nothing can be written, as where a partition is being filled again, the next look is soon enough.
    if (due.length === AT_ONCE && tally.evaluated > before) again = true
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
      closing.abort()
      clearInterval(timer)
      await running
    },
  }
}

/** Evaluates some of the clinicians' months that are marked, so that patients wait for no more. */
function monthEvaluation(
  options: EvaluatorOptions & { readonly signal: AbortSignal },
  tally: EvaluationTally,
): (partition: number, names: readonly string[], marks: ReadonlyMap<string, number>) => Promise<boolean> {
  const { months, logger, signal, monthEveryMs = MONTH_EVERY_MS } = options
  /** The instant (of this process) from which each is evaluated again. */
  const notBefore = new Map<string, number>()

  /** @returns after how long it may be evaluated again */
  async function evaluate(partition: number, name: string, mark: number): Promise<number> {
    try {
      if (!(await months.evaluate(partition, name, mark))) return MONTH_AGAIN_MS
      tally.months += 1
      return monthEveryMs
    } catch (error) {
      if (error instanceof DocumentUnreadable) options.unreadable(error.shard)
      if (rowOf(error).class === 'transient') throw error
      logger.error("a clinician's month cannot be evaluated", { error })
      return AGAIN_MS
    }
  }

  /** @returns whether more of them can be evaluated now */
  return async (partition, names, marks) => {
    for (const [name, instant] of notBefore) if (instant <= performance.now()) notBefore.delete(name)
    const ready = names.filter((name) => !notBefore.has(name))
    for (const name of ready.slice(0, AT_ONCE)) {
      if (signal.aborted) break
      const againMs = await evaluate(partition, name, marks.get(name)!)
      notBefore.set(name, performance.now() + againMs)
      await setImmediate()
    }
    return ready.length > AT_ONCE
  }
}
