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

/** What cannot be evaluated is tried again after this long; something that comes in is tried at once. */
export const AGAIN_MS = 5 * 60_000

/** Of patients that are evaluated together so many between two pauses: the embedded views answer without one, and the same thread may serve pages. */
const WITHOUT_PAUSE = 4

/** What the patients of one practice share. */
type Shared = { readonly practice: Practice; readonly month: string; readonly round: Round }
/** Which patient, as of what. */
type Of = Pick<Evaluated, 'tenant' | 'patient' | 'mark' | 'asOf'>
type Made = Evaluated & { readonly settled?: SettledDocument }

/** What is written of a patient now, and what the next tally says of itself. */
type Standing = { readonly before: Tally; readonly stamp: Tally }

export type PatientOptions = {
  readonly ledger: Pick<Ledger, 'partitionOf'>
  readonly views: Pick<Views, 'generation' | 'watermark' | 'members' | 'commit' | 'evaluations'>
  readonly practices: Practices
  readonly charts: ChartReader
  readonly basis: Basis
  readonly clock: Clock
  readonly logger: Logger
  /** Ends it between two patients. */
  readonly signal: AbortSignal
  /** A document of this shard cannot be decoded. */
  unreadable(shard: Shard): void
}

/** How many patients were evaluated, could not be, and were evaluated as of less than is written. */
type PatientsTally = { evaluated: number; failed: number; older: number }

/** Evaluates some patients of a partition together, and writes what came of it. */
export function patientEvaluation(
  options: PatientOptions,
  tally: PatientsTally,
): (partition: number, names: readonly string[]) => Promise<void> {
  const { views, practices, charts, clock, signal } = options
  const { evaluations } = views
  const evaluate = evaluatorOfOne(options, tally)

  async function shared(tenant: string): Promise<Shared | undefined> {
    const practice = await practices.find(tenant)
    if (practice === undefined) return undefined
    const month = charts.currentMonth(practice)
    return { practice, month, round: charts.round(practice, month, clock.now()) }
  }

  async function watermarks(partition: number): Promise<AsOf> {
    const [readings, activity] = await Promise.all(
      (['readings', 'activity'] as const).map((topic) => views.watermark({ topic, partition })),
    )
    return { readings: readings!, activity: activity! }
  }

  /**
   * What is settled says itself what it was settled from, so it may be written at any time: but of a shard that was reset meanwhile nothing
   * is left. Where the shard is written to in this moment, the next evaluation settles again.
   */
  async function keep(partition: number, { tenant, patient, asOf }: Of, settled: SettledDocument) {
    const shard = { topic: 'readings', partition } as const
    const at = await views.watermark(shard)
    if (at < asOf.readings) return
    const { generation } = asOf
    await views.commit(shard, {
      expected: at,
      next: at,
      documents: [{ key: settledKey(tenant, patient), bytes: encodeSettled(settled) }],
      members: [],
      changed: new Map(),
      ...(generation && { generation }),
    })
  }

  return async (partition, names) => {
    // In this order: what is read later is at least as new as what it is said to be of.
    const { generation } = views
    const marks = await evaluations.marksOf(partition, names)
    const asOf = { ...(await watermarks(partition)), generation }
    const known = new Map<string, Promise<Shared | undefined>>()

    async function evaluateAndWrite(name: string, mark: number): Promise<void> {
      const [tenant, patient] = name.split('/') as [string, string]
      const together = await known.getOrInsertComputed(tenant, () => shared(tenant))
      // Its partition is just being filled again: the mark stays until the practice is there.
      if (together === undefined) return
      const { settled, ...evaluated } = await evaluate({ tenant, patient, mark, asOf }, together)
      const outcome = await evaluations.conclude(partition, evaluated)
      tally[outcome === 'written' ? 'evaluated' : 'older'] += 1
      if (settled !== undefined) await keep(partition, evaluated, settled)
    }

    for (let from = 0; from < names.length && !signal.aborted; from += WITHOUT_PAUSE) {
      const part = names.slice(from, from + WITHOUT_PAUSE)
      await Promise.all(part.map((name, index) => evaluateAndWrite(name, marks[from + index]!)))
      await setImmediate()
    }
  }
}

/** Evaluates one patient. One that cannot be evaluated has a tally that says so, and everyone else goes on. */
function evaluatorOfOne(
  { ledger, views, charts, basis, clock, logger, unreadable }: PatientOptions,
  tally: PatientsTally,
): (of: Of, together: Shared) => Promise<Made> {
  const { evaluations } = views

  async function written({ tenant, patient }: Of): Promise<Tally> {
    const name = patientKey(tenant, patient)
    const [found = {}] = await evaluations.tallies(ledger.partitionOf(name), [name])
    return found
  }

  async function standing(of: Of, practice: Practice): Promise<Standing> {
    const stamp = {
      asOfReadings: String(of.asOf.readings),
      asOfActivity: String(of.asOf.activity),
      basis: basis.of(practice, of.patient),
      lockedBasis: basis.ofLocked(practice, of.patient),
    }
    return { stamp, before: await written(of) }
  }

  async function evaluate(
    of: Of,
    { practice, month, round }: Shared,
    { before, stamp }: Standing,
  ): Promise<Made> {
    const found = await charts.evaluate(practice, of.patient, { month, round })
    if (found === undefined) return { ...of, tally: {}, states: [] }
    const { chart, settled } = found
    const { fields, due } = found.tally
    const work = workOf(chart)
    // Before the patient's own mark is removed.
    if ((before['work'] ?? '') !== work) await markBeside(chart, round)
    const touchesLocked = before['lockedBasis'] !== stamp['lockedBasis'] && hasLocked(chart)
    return {
      ...of,
      tally: { ...fields, ...stamp, work },
      states: statesOf(fields),
      due,
      late: touchesLocked ? [touchedName(of.tenant, of.patient)] : [],
      ...(settled && { settled }),
    }
  }

  /** A patient who shares a moment of a clinician with one whose stretches changed may have more or less time now. */
  async function markBeside({ practice, patient, minutes }: ReadChart, round: Round): Promise<void> {
    const stretches = minutes.flatMap((document) => document.stretches)
    const beside = new Set<string>()
    for (const clinician of new Set(stretches.map((stretch) => stretch.clinician))) {
      const spans = stretches.filter((stretch) => stretch.clinician === clinician).map(reachOf)
      for (const other of sharingWith(spans, { parts: await round.clinician(clinician), clinician }))
        beside.add(other.patient)
    }
    beside.delete(patient)
    const names = [...beside].map((other) => patientKey(practice.id, other))
    for (const [partition, some] of Map.groupBy(names, ledger.partitionOf))
      await evaluations.mark(partition, some)
  }

  /** When what locked lines stand on beside the patient's own facts is another, all of them are compared. */
  const hasLocked = ({ claims, practice: { zone } }: ReadChart): boolean => {
    const today = charts.todayIn(zone)
    return standingClaims(claims).some((claim) => isWatched(claim, today))
  }

  function withoutEvaluation(of: Of, { practice, month }: Shared, { before, stamp }: Standing): Evaluated {
    const at = { patient: of.patient, month, now: clock.now() }
    const failed = tallyWithoutEvaluation(at, { practice, before })
    // Its locked lines are still to be compared with what they stand on now.
    const { lockedBasis = '' } = before
    return {
      ...of,
      tally: { ...failed, ...stamp, lockedBasis },
      states: statesOf(failed),
      due: at.now + AGAIN_MS * clock.rate,
    }
  }

  return async (of, together) => {
    const stands = await standing(of, together.practice)
    try {
      return await evaluate(of, together, stands)
    } catch (error) {
      if (rowOf(error).class === 'transient') throw error
      tally.failed += 1
      if (error instanceof DocumentUnreadable) unreadable(error.shard)
      logger.error('a patient cannot be evaluated', { code: 'PATIENT_NOT_EVALUATED', error })
      return withoutEvaluation(of, together, stands)
    }
  }
}

/** What a patient's stretches are, short: another when one of them begins, goes on, ends, is amended or voided. */
const workOf = ({ minutes }: ReadChart): string =>
  minutes
    .flatMap(({ stretches }) => stretches)
    .reduce((sum, stretch) => {
      const { start, end } = reachOf(stretch)
      return (
        sum +
        1 +
        ((start % 1_000_003) +
          31 * (end % 1_000_003) +
          7 * stretch.amendments.length +
          (stretch.voided ? 3 : 0))
      )
    }, 0)
    .toString(36)
