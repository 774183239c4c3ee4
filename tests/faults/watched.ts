import { setTimeout as pause } from 'node:timers/promises'
import { patientKey } from '@cufflink/contracts'
import { partitionOf } from '@cufflink/ledger'
import { type DateCounts, datesOf, followJournal } from '@cufflink/testkit'
import type { Tally, Views } from '@cufflink/views'
import type { Observed } from './observed.ts'

const LOOKS_EVERY_MS = 500

type Watched = Pick<Observed, 'partitions' | 'devices' | 'journal'> & {
  readonly views: { readonly evaluations: Pick<Views['evaluations'], 'tallies'> }
}

/** What stands in the tallies while processes are killed. */
export type TallyWatch = AsyncDisposable & {
  /** How often all tallies were read. */
  readonly looks: number
  /** Dates of which a tally said more than had been sent by then. */
  readonly exceeding: readonly string[]
  /** Dates of which a tally said less than before. */
  readonly falling: readonly string[]
}

/** Reads every tally again and again, until disposed: what is sent is written down before it is sent, so no tally may say more. */
export function watchTallies(watched: Watched, everyMs = LOOKS_EVERY_MS): TallyWatch {
  const [exceeding, falling]: [string[], string[]] = [[], []]
  const before = new Map<string, DateCounts>()
  const ended = new AbortController()
  const sentSoFar = countSent(watched)
  let looks = 0

  async function look(): Promise<void> {
    // In this order: the journal is at least as new.
    const tallies = await talliesByPatient(watched)
    if (tallies === undefined) return
    const sent = sentSoFar.byPatient()
    for (const [name, tally] of tallies) {
      const told = countsOf(tally)
      exceeding.push(...moreThan(sent.get(name) ?? new Map(), told).map((date) => `${name} ${date}`))
      falling.push(...moreThan(told, before.get(name) ?? new Map()).map((date) => `${name} ${date}`))
      before.set(name, told)
    }
    looks += 1
  }

  const watching = (async () => {
    while (!ended.signal.aborted) {
      await look()
      await pause(everyMs, undefined, { signal: ended.signal }).catch(() => undefined)
    }
  })()
  // Its outcome is taken when the watch is disposed.
  watching.catch(() => undefined)

  return {
    get looks() {
      return looks
    },
    exceeding,
    falling,
    async [Symbol.asyncDispose]() {
      ended.abort()
      await watching
      sentSoFar[Symbol.dispose]()
    },
  }
}

/** @returns undefined while the views are away */
async function talliesByPatient({
  views,
  partitions,
  devices,
}: Watched): Promise<ReadonlyMap<string, Tally> | undefined> {
  const names = devices.map(({ tenant, patient }) => patientKey(tenant, patient))
  const parts = [...Map.groupBy(names, (name) => partitionOf(name, partitions))]
  const read = parts.map(async ([partition, some]) => {
    const tallies = await views.evaluations.tallies(partition, some)
    return some.map((name, index) => [name, tallies[index] ?? {}] as const)
  })
  const outcomes = await Promise.allSettled(read)
  if (outcomes.some(({ status }) => status === 'rejected')) return undefined
  return new Map(outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? outcome.value : [])))
}

/** How many readings of each patient's device were sent so far, date by date. Each is read and counted once, however often it is asked. */
function countSent({ devices, journal }: Watched) {
  const owners = new Map(devices.map((each) => [each.device, each]))
  const following = followJournal(journal)
  const counts = new Map<string, Map<string, number>>()
  let counted = 0
  return {
    byPatient(): ReadonlyMap<string, DateCounts> {
      const { sent } = following.read()
      for (const reading of sent.values().drop(counted)) {
        const [device, instant] = reading.split('@') as [string, string]
        const { tenant, patient, zone } = owners.get(device)!
        const dates = counts.getOrInsertComputed(patientKey(tenant, patient), () => new Map())
        for (const [date, more] of datesOf(new Map([[reading, { measuredAt: Number(instant) }]]), zone))
          dates.set(date, (dates.get(date) ?? 0) + more)
      }
      counted = sent.size
      return counts
    },
    [Symbol.dispose]: () => following[Symbol.dispose](),
  }
}

/** What a tally says of each date of its period that has readings. */
function countsOf({ periodStart, readingsPerDate }: Tally): DateCounts {
  if (periodStart === undefined || readingsPerDate === undefined) return new Map()
  const start = Temporal.PlainDate.from(periodStart)
  return new Map(
    readingsPerDate
      .split(' ')
      .flatMap((count, day) => (count === '0' ? [] : [[start.add({ days: day }).toString(), Number(count)]])),
  )
}

/** The dates of which more is told than these counts. */
const moreThan = (counts: DateCounts, told: DateCounts): string[] =>
  [...told].flatMap(([date, count]) => (count > (counts.get(date) ?? 0) ? [date] : []))
