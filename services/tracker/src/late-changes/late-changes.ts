import { hash } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import {
  type Difference,
  isNoChange,
  isWatched,
  lateChange,
  reachOf,
  type StandingClaim,
  sharingWith,
  standingClaims,
  watchedYears,
} from '@cufflink/billing'
import {
  type ChartReader,
  type Documents,
  DocumentUnreadable,
  type Ends,
  endsNow,
  type Practices,
} from '@cufflink/charts'
import { type FactOf, patientKey, rowOf } from '@cufflink/contracts'
import { monthsAround, utcMonth } from '@cufflink/folds'
import type { Ledger } from '@cufflink/ledger'
import type { Clock, Logger } from '@cufflink/runtime'
import type { Shard, Views } from '@cufflink/views'
import type { Basis } from '../evaluate/basis.ts'
import { isTouched, type Touched, touchedBy, touchedName } from './touched.ts'

/** How often it is looked what was marked. */
const LOOK_EVERY_MS = 250
/** Marks between two looks at what was marked meanwhile: one late reading does not wait for a whole practice. */
const AT_ONCE = 16
/** A patient whose lines cannot be compared is tried again after this, and where that fails ever more seldom. */
const AGAIN_MS = 1_000
const MAX_AGAIN_MS = 5 * 60_000

export type LateChangesOptions = {
  readonly ledger: Pick<Ledger, 'append' | 'endOffsets' | 'partitionOf' | 'partitions'>
  readonly views: Pick<Views, 'generation' | 'watermark' | 'evaluations'>
  readonly documents: Documents
  readonly practices: Practices
  readonly charts: ChartReader
  readonly basis: Pick<Basis, 'ofLocked'>
  readonly clock: Clock
  readonly logger: Logger
  /** A document of this shard cannot be decoded. */
  unreadable(shard: Shard): void
  /** The partitions of `activity` that are mine. */
  partitions(): readonly number[]
}

export type LateChangesTally = { compared: number; told: number; failed: number }

export type LateChanges = { readonly tally: Readonly<LateChangesTally>; close(): Promise<void> }

/** A patient whose marks were found, each with its number. */
type Found = { readonly name: string; readonly touched: Touched; readonly marks: ReadonlyMap<string, number> }
/** Who is compared once the views have reached these ends. */
type Batch = { readonly generation: number; readonly found: readonly Found[]; readonly ends: Ends }
type Failed = { readonly times: number; readonly notBefore: number }

/**
 * Compares locked lines with what is known now, where a commit or an evaluation has marked that they may be touched, and puts each difference on the ledger:
 * `claim.differs`, for a person; the line itself is never altered (ADR 26). A mark is removed after that: killed before, the same difference is found
 * again, and is the same fact.
 */
export function startLateChanges(options: LateChangesOptions): LateChanges {
  const { ledger, views, logger } = options
  const { isHeard, markBeside, differencesOf } = comparing(options)
  const tally: LateChangesTally = { compared: 0, told: 0, failed: 0 }
  const failed = new Map<string, Failed>()
  const waiting = new Map<number, Batch>()
  let stop = (_why: Error): void => undefined
  let closed = false
  let running: Promise<void> | undefined
  const timer = setInterval(() => {
    running ??= work().finally(() => {
      running = undefined
    })
  }, LOOK_EVERY_MS)

  /** What fails, as while the views are away, is still marked. */
  async function work(): Promise<void> {
    for (let isMore = true; isMore && !closed; ) {
      isMore = false
      for (const partition of options.partitions())
        isMore = (await lookAt(partition).catch(() => false)) || isMore
    }
  }

  /**
   * Compares what was found marked, once the views have what was on the ledger just after: what goes on coming in puts it off no further.
   * @returns whether there may be more that can be worked off now
   */
  async function lookAt(partition: number): Promise<boolean> {
    const batch = waiting.get(partition) ?? (await nextBatch(options, partition, isTooSoon))
    waiting.delete(partition)
    if (batch === undefined) return false
    if (!(await batch.ends.isReached())) {
      waiting.set(partition, batch)
      return false
    }
    for (const one of batch.found) {
      // A mark of another generation has another number.
      if (closed || views.generation !== batch.generation) break
      await tryToCompare(partition, one, batch)
      await setImmediate()
    }
    return true
  }

  const isTooSoon = (name: string): boolean => (failed.get(name)?.notBefore ?? 0) > performance.now()

  /** A patient whose lines cannot be compared holds up no other. */
  async function tryToCompare(
    partition: number,
    { name, touched, marks }: Found,
    { ends, generation }: Batch,
  ) {
    try {
      if (!(await isHeard(touched))) {
        failed.set(name, { times: 0, notBefore: performance.now() + AGAIN_MS })
        return
      }
      await markBeside(touched)
      const differences = await differencesOf(touched)
      await ends.requireStill()
      for (const fact of differences) {
        await appendUntilStopped(fact)
        tally.told += 1
      }
      await views.evaluations.unmarkLate(partition, marks, generation)
      tally.compared += 1
      failed.delete(name)
    } catch (error) {
      if (closed || rowOf(error).class === 'transient') throw error
      tally.failed += 1
      const times = (failed.get(name)?.times ?? 0) + 1
      const againMs = Math.min(AGAIN_MS * 2 ** (times - 1), MAX_AGAIN_MS)
      failed.set(name, { times, notBefore: performance.now() + againMs })
      if (error instanceof DocumentUnreadable) options.unreadable(error.shard)
      logger.error('the locked lines of a patient cannot be compared', {
        code: 'PATIENT_NOT_EVALUATED',
        error,
      })
    }
  }

  /** An append stays open while the ledger is away. */
  async function appendUntilStopped(fact: FactOf<'claim.differs'>): Promise<void> {
    if (closed) throw new Error('The tracker stops.')
    const stopped = Promise.withResolvers<never>()
    stop = stopped.reject
    await Promise.race([ledger.append(fact), stopped.promise])
  }

  return {
    tally,
    async close() {
      closed = true
      clearInterval(timer)
      stop(new Error('The tracker stops.'))
      await running
    },
  }
}

/** The next that were marked, but those whose turn has not come again. */
async function nextBatch(
  { ledger, views }: Pick<LateChangesOptions, 'ledger' | 'views'>,
  partition: number,
  isTooSoon: (name: string) => boolean,
): Promise<Batch | undefined> {
  const { generation } = views
  for (let from = 0; ; from += AT_ONCE) {
    const marks = await views.evaluations.late(partition, from, AT_ONCE)
    const perPatient = Map.groupBy(marks, ([name]) => name.split('/', 2).join('/'))
    const found = [...perPatient].flatMap(([name, own]) =>
      isTooSoon(name) ? [] : [{ name, touched: touchedBy(own.map(([mark]) => mark)), marks: new Map(own) }],
    )
    if (found.length > 0)
      return { generation, found, ends: await endsNow({ ledger, views }, new Set([partition])) }
    if (marks.size < AT_ONCE) return undefined
  }
}

/** What locked lines of a patient are compared with. */
function comparing({ ledger, views, documents, practices, charts, basis, clock }: LateChangesOptions) {
  const { evaluations } = views

  /**
   * Another tracker may have evaluated the patient on what this one has not heard yet, as a corrected device, and have marked the lines for
   * it: they are left marked until this one's own evaluation meets the tally.
   */
  async function isHeard({ tenant, patient }: Touched): Promise<boolean> {
    const name = patientKey(tenant, patient)
    const [tally = {}] = await evaluations.tallies(ledger.partitionOf(name), [name])
    const { lockedBasis = '' } = tally
    const practice = await practices.find(tenant)
    // Where none is said the next evaluation marks the lines.
    return lockedBasis === '' || practice === undefined || basis.ofLocked(practice, patient) === lockedBasis
  }

  /** Marks whose time shares a moment with time of the patient that changed: what the one loses the other may gain. */
  async function markBeside({ tenant, patient, beside }: Touched): Promise<void> {
    const names = new Set<string>()
    for (const month of beside) {
      const minutes = monthsAround(month)
      const own = await documents.activity(tenant, patient, { minutes })
      const stretches = own.minutes.flatMap((document) => document.stretches)
      for (const [clinician, some] of Map.groupBy(stretches, (session) => session.clinician)) {
        const parts = await documents.clinician(tenant, clinician, minutes)
        for (const other of sharingWith(some.map(reachOf), { parts, clinician })) {
          if (other.patient === patient) continue
          for (const instant of [other.start, other.end])
            names.add(touchedName(tenant, other.patient, utcMonth(instant)))
        }
      }
    }
    const partitionOf = (name: string) => ledger.partitionOf(name.split('/', 2).join('/'))
    for (const [partition, some] of Map.groupBy(names, partitionOf))
      await evaluations.markLate(partition, some)
  }

  async function differencesOf(touched: Touched): Promise<readonly FactOf<'claim.differs'>[]> {
    const { tenant, patient } = touched
    const practice = await practices.find(tenant)
    if (practice === undefined) return []
    const today = charts.todayIn(practice.zone)
    const { claims } = await documents.activity(tenant, patient, { claims: watchedYears(today) })
    const locked = standingClaims(claims).filter(
      (claim) => isWatched(claim, today) && isTouched(claim, touched),
    )
    const facts: FactOf<'claim.differs'>[] = []
    for (const [month, lines] of Map.groupBy(locked, ({ to }) => to.slice(0, 7))) {
      const chart = await charts.read(practice, patient, { month })
      if (chart === undefined) continue
      for (const claim of lines) {
        const now = lateChange(chart.input, claim) ?? unchanged(patient, claim)
        if (!isKnown(claim, now)) facts.push(differs(tenant, claim, now, clock.now()))
      }
      await setImmediate()
    }
    return facts
  }

  return { isHeard, markBeside, differencesOf }
}

const unchanged = (patient: string, { code, from, to, units }: StandingClaim): Difference => ({
  patient,
  kind: 'LATE_CHANGE',
  from,
  to,
  oldCode: code,
  newCode: code,
  oldUnits: units,
  newUnits: units,
  differenceCents: 0,
})

/** Whether it is what the queue says already, or what someone has settled. */
function isKnown({ change, settled }: StandingClaim, now: Difference): boolean {
  const last = change?.data ?? settled
  if (last === undefined) return isNoChange(now)
  return last.newCode === now.newCode && last.newUnits === now.newUnits
}

/** The same difference from the same state, found again by another tracker, is the same fact. */
function differs(
  tenant: string,
  { lastOffset }: StandingClaim,
  data: Difference,
  at: number,
): FactOf<'claim.differs'> {
  const id = `differs-${hash('sha256', JSON.stringify([tenant, data, lastOffset]), 'hex').slice(0, 32)}`
  return { id, type: 'claim.differs', v: 1, tenant, at, by: 'service:tracker', data }
}
