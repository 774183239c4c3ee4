import { hash } from 'node:crypto'
import {
  type Difference,
  type Documents,
  isNoChange,
  isWatched,
  monthsAround,
  type Practices,
  type ReadingCharts,
  reachOf,
  type StandingClaim,
  sharingWith,
  standingClaims,
  watchedYears,
} from '@cufflink/charts'
import { decodeFact, type ErrorCode, type Fact, type FactOf, patientKey } from '@cufflink/contracts'
import type { Following, Ledger, Registry } from '@cufflink/ledger'
import { findSession, lateChange, monthOf } from '@cufflink/rules'
import type { Clock, Logger } from '@cufflink/runtime'
import { type FollowedShard, followedShard, type Shard, type Views } from '@cufflink/views'
import type { Alone } from '../charts/alone.ts'
import { untilCurrent } from '../charts/current.ts'
import type { MovingReadings } from '../commands/moved-readings.ts'
import { coalesce } from '../live/coalesce.ts'
import { patientsOf } from '../live/watch-devices.ts'

const DAY_MS = 86_400_000
/** A line is locked once its window and the grace of five days are over: what is younger lies in no locked window. */
const YOUNG_MS = 4 * DAY_MS
/** Less than a member of a consumer group may be silent. */
const FOLDED_WITHIN_MS = 5_000
const COALESCE_MS = 250
/** How often what failed is tried again. */
const TICK_MS = 1_000

export type LateChangesOptions = {
  readonly ledger: Ledger
  readonly views: Pick<Views, 'generation' | 'watermark' | 'load' | 'commit' | 'reset'>
  readonly documents: Documents
  readonly practices: Practices
  readonly charts: ReadingCharts
  readonly registry: Pick<Registry, 'onChange'>
  readonly clock: Clock
  readonly logger: Logger
  readonly alone: Alone
  /** Is told of every reading, by the one console that follows its partition. */
  readonly moving: Pick<MovingReadings, 'recorded' | 'lookAtAll'>
}

/** A patient about whom something became known late, and when that happened: a local date lies a day around it. */
type Touched = {
  readonly tenant: string
  readonly patient: string
  readonly instants: number[]
  everything: boolean
}

/**
 * Follows the ledger beside the trackers and, for whatever becomes known after a line was locked, puts the difference on the ledger:
 * `claim.differs`, for a person; the line itself is never altered (billing rules §2, decision 6). Its place is a watermark of its own, so that
 * nothing is passed over while no console runs. Devices are in the registry only, which has no watermark: who had one when is
 * looked at by every console that runs then.
 */
export async function followLateChanges(options: LateChangesOptions): Promise<Following> {
  const { ledger, views, logger } = options
  const mine = new Map<string, FollowedShard>()
  const shardOf = (topic: Shard['topic'], partition: number): Shard => ({
    topic,
    partition,
    follower: 'late-changes',
  })

  const following = await ledger.follow(['readings', 'activity'], 'late-changes', {
    assigned(topic, partition) {
      const shard = shardOf(topic, partition)
      const wasReset = (code: ErrorCode) =>
        logger.error('late changes are looked for again', { code, topic, partition })
      const followed = followedShard({ shard, ledger, views, wasReset })
      mine.set(`${topic}/${partition}`, followed)
      // The console that had the partition before may not have come to all that it was told.
      if (topic === 'readings') options.moving.lookAtAll()
      return followed.locate()
    },
    async apply({ topic, partition, records }) {
      const followed = mine.get(`${topic}/${partition}`)
      if (followed === undefined) return records[0]!.offset
      const fresh = await followed.fresh(records)
      if (fresh?.length === 0) return followed.next
      if (fresh?.[0]?.offset !== followed.next) return followed.locate()
      const facts = fresh.flatMap(({ text }) => readable(text) ?? [])
      for (const fact of facts) if (fact.type === 'reading.recorded') options.moving.recorded(fact)
      for (const one of touchedBy(facts)) await look(options, one)
      for (const one of await touchedBeside(options, facts)) await look(options, one)
      for (const tenant of practicesTouchedBy(facts))
        for (const patient of await options.practices.patients(tenant))
          await look(options, { tenant, patient, instants: [], everything: true })
      const nothing = { documents: [], members: [], changed: new Map() }
      const outcome = await followed.commit(fresh, nothing)
      return outcome === 'committed' ? followed.next : followed.locate()
    },
    revoked: () => undefined,
  })
  const stopWatching = watchDevices(options)
  return {
    ...following,
    async close() {
      stopWatching()
      await following.close()
    },
  }
}

/** Looks at whoever had a device that was assigned anew. @returns a function that ends it */
function watchDevices(options: LateChangesOptions): () => void {
  const changes = coalesce(COALESCE_MS, async (patients) => {
    for (const name of patients) {
      const [tenant = '', patient = ''] = name.split('/')
      await look(options, { tenant, patient, instants: [], everything: true })
    }
  })
  const forget = options.registry.onChange((device, before) => {
    changes.mark(patientsOf(device, before).map((patient) => patientKey(device.tenant, patient)))
  })
  const ticking = setInterval(() => changes.mark([]), TICK_MS)
  return () => {
    forget()
    clearInterval(ticking)
    changes.close()
  }
}

function touchedBy(facts: readonly Fact[]): Touched[] {
  const touched = new Map<string, Touched>()
  for (const late of facts.flatMap((fact) => lateFact(fact) ?? [])) {
    const { tenant, patient, instant } = late
    const fresh = { tenant, patient, instants: [], everything: false }
    const one = touched.getOrInsertComputed(patientKey(tenant, patient), () => fresh)
    if (instant === undefined) one.everything = true
    else one.instants.push(instant)
  }
  return [...touched.values()]
}

type TimeFact = Extract<Fact, { readonly type: `time.${string}` }>
const isTime = (fact: Fact): fact is TimeFact => fact.type.startsWith('time.')

/** Patients whose time shares a moment with another's that changed late: what the one loses the other may gain. */
async function touchedBeside(
  options: LateChangesOptions,
  known: readonly Fact[],
): Promise<readonly Touched[]> {
  const { documents, alone } = options
  const late = known
    .filter(isTime)
    // A correction may reach a day before what it corrects.
    .filter(({ at, data }) => at - data.startedAt >= YOUNG_MS - DAY_MS)
  if (late.length === 0) return []
  const current = await untilCurrent(options, { withinMs: FOLDED_WITHIN_MS, readings: new Set() })
  const touched = new Map<string, Touched>()
  for (const facts of Map.groupBy(late, ({ tenant, data }) => `${tenant}/${data.clinician}`).values()) {
    const { tenant, data } = facts[0]!
    const { clinician } = data
    const months = new Set(facts.flatMap((fact) => monthsAround(monthOf(fact.data.startedAt))))
    const parts = await alone(
      () => documents.clinician(tenant, clinician, [...months]),
      () => [],
    )
    const changed = facts.flatMap((fact) => findSession(parts, fact.data.session, fact.data.startedAt) ?? [])
    for (const { patient, start, end } of sharingWith(changed.map(reachOf), { parts, clinician })) {
      if (facts.some((fact) => fact.data.patient === patient)) continue
      const name = patientKey(tenant, patient)
      const fresh = { tenant, patient, instants: [], everything: false }
      touched.getOrInsertComputed(name, () => fresh).instants.push(start, end)
    }
  }
  await current.requireStill()
  return [...touched.values()]
}

/**
 * The practices of which any line may have changed: somebody's credential was changed for the past, or the practice has another zone,
 * by which its months begin and end.
 */
const practicesTouchedBy = (facts: readonly Fact[]): ReadonlySet<string> =>
  new Set(
    facts.flatMap((fact) =>
      fact.type === 'practice.opened' ||
      (fact.type === 'credential.changed' && fact.at - fact.data.from >= YOUNG_MS)
        ? [fact.tenant]
        : [],
    ),
  )

/** What this program cannot read is left to a newer one. */
function readable(text: string): Fact | undefined {
  try {
    return decodeFact(text)
  } catch {
    return undefined
  }
}

/** Whose and when; without an instant it may touch every line, as a consent that was withdrawn. */
function lateFact(fact: Fact): { tenant: string; patient: string; instant?: number } | undefined {
  const { tenant, data, at } = fact
  const isOfClaim = fact.type.startsWith('claim.') && fact.type !== 'claim.decided'
  if (!('patient' in data) || isOfClaim) return undefined
  const { patient } = data
  if (fact.type === 'reading.recorded') {
    const { measuredAt, clockQuality } = fact.data.reading
    const known = clockQuality === 'synced' || clockQuality === 'offset'
    if (at - measuredAt < YOUNG_MS) return undefined
    return known ? { tenant, patient, instant: measuredAt } : { tenant, patient }
  }
  if (fact.type === 'time.started' || fact.type === 'time.extended' || fact.type === 'time.stopped')
    return at - fact.data.startedAt < YOUNG_MS ? undefined : { tenant, patient, instant: fact.data.startedAt }
  if (fact.type === 'reading.retracted' || fact.type === 'reading.restored')
    return { tenant, patient, instant: fact.data.measuredAt }
  return { tenant, patient }
}

/** A patient who cannot be evaluated holds up nobody else's; with their next fact they are looked at again. */
const look = (options: LateChangesOptions, touched: Touched): Promise<void> =>
  options.alone(
    () => reportDifferences(options, touched),
    () => undefined,
  )

async function reportDifferences(options: LateChangesOptions, touched: Touched): Promise<void> {
  const { documents, practices, charts, ledger, clock } = options
  const { tenant, patient } = touched
  const readings = new Set([documents.shardOf('readings', patientKey(tenant, patient)).partition])
  const current = await untilCurrent(options, { withinMs: FOLDED_WITHIN_MS, readings })
  const practice = await practices.find(tenant)
  if (practice === undefined) return
  const today = charts.todayIn(practice.zone)
  const { claims } = await documents.activity(tenant, patient, { claims: watchedYears(today) })
  const locked = standingClaims(claims).filter(
    (claim) => isWatched(claim, today) && isTouched(claim, touched),
  )
  for (const [month, lines] of Map.groupBy(locked, ({ to }) => to.slice(0, 7))) {
    const chart = await charts.read(practice, patient, { month })
    await current.requireStill()
    if (chart === undefined) continue
    for (const claim of lines) {
      const now = lateChange(chart.input, claim) ?? unchanged(patient, claim)
      if (isKnown(claim, now)) continue
      await ledger.append(differs(tenant, claim, now, clock.now()))
    }
  }
}

function isTouched({ from, to }: StandingClaim, { instants, everything }: Touched): boolean {
  const first = Date.parse(from) - DAY_MS
  const last = Date.parse(to) + 2 * DAY_MS
  return everything || instants.some((instant) => instant >= first && instant < last)
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

/** Whether it is what the queue says already, or what somebody has settled. */
function isKnown({ change, settled }: StandingClaim, now: Difference): boolean {
  const last = change?.data ?? settled
  if (last === undefined) return isNoChange(now)
  return last.newCode === now.newCode && last.newUnits === now.newUnits
}

/** The same difference from the same state, found again by another server, is the same fact. */
function differs(
  tenant: string,
  { lastOffset }: StandingClaim,
  data: Difference,
  at: number,
): FactOf<'claim.differs'> {
  const id = `differs-${hash('sha256', JSON.stringify([tenant, data, lastOffset]), 'hex').slice(0, 32)}`
  return { id, type: 'claim.differs', v: 1, tenant, at, by: 'service:console', data }
}
