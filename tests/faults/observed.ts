import { patientKey } from '@cufflink/contracts'
import { countDays, daysKey, decodeDays, utcMonth } from '@cufflink/folds'
import { partitionOf } from '@cufflink/ledger'
import {
  audit,
  type DateCounts,
  type DumpedRecord,
  type FaultDevice,
  readJournal,
  type Violation,
  waitFor,
} from '@cufflink/testkit'
import type { Views } from '@cufflink/views'

const DAY_MS = 86_400_000
/** Wider than where the fleet's readings lie: a tally elsewhere is a tally of nothing. */
const MONTHS_AROUND_DAYS = 90
const TRACKED = ['readings', 'activity'] as const

/** A running program's ledger and views, seen from beside it. */
export type Observed = {
  readonly partitions: number
  readonly devices: readonly FaultDevice[]
  /** The file of the fleet's own ledger. */
  readonly journal: string
  readonly views: Views
  /** Where each partition of a topic ends. */
  ends(topic: (typeof TRACKED)[number]): Promise<readonly number[]>
  dump(topic: 'readings' | 'unassigned' | 'rejected'): Promise<DumpedRecord[]>
}

/** Resolves when every watermark is at its partition's end and everything that was marked is worked off. @returns how long that took, ms. */
export async function atRest(
  { views, ends, partitions }: Pick<Observed, 'views' | 'ends' | 'partitions'>,
  { withinMs, signal }: { withinMs?: number; signal?: AbortSignal } = {},
): Promise<number> {
  const since = performance.now()
  const resting = async (): Promise<boolean> => {
    for (const topic of TRACKED) {
      const reached = (await ends(topic)).map(async (end, partition) => {
        return (await views.watermark({ topic, partition })) >= end
      })
      if (!(await Promise.all(reached)).every(Boolean)) return false
    }
    const { evaluations } = views
    const marked = Array.from({ length: partitions }, (_, partition) => [
      evaluations.marked(partition),
      evaluations.late(partition, 0, 1),
    ]).flat()
    return (await Promise.all(marked)).every(({ size }) => size === 0)
  }
  const what = 'every watermark to reach the end of its partition, and every mark to be worked off'
  await waitFor(resting, { what, everyMs: 50, withinMs, ...(signal && { signal }) })
  return performance.now() - since
}

/** What is wrong, at rest, by the recount. */
export async function violations(observed: Observed): Promise<Violation[]> {
  const { devices, journal, dump } = observed
  const [readings, unassigned, rejected] = await Promise.all([
    dump('readings'),
    dump('unassigned'),
    dump('rejected'),
  ])
  return audit({
    journal: readJournal(journal),
    dump: { readings, unassigned, rejected },
    zones: new Map(devices.map(({ tenant, patient, zone }) => [patientKey(tenant, patient), zone])),
    tallies: await talliesOf(observed),
  })
}

/** What the views say: for each patient (`tenant/patient`), readings per local date, in `zoneOf`'s zone. */
export async function talliesOf(
  { views, partitions, devices }: Pick<Observed, 'views' | 'partitions' | 'devices'>,
  zoneOf = ({ zone }: FaultDevice): string => zone,
): Promise<Map<string, DateCounts>> {
  const months = monthsAround(Date.now())
  const tallies = devices.map(async (device) => {
    const { tenant, patient } = device
    const key = patientKey(tenant, patient)
    const shard = { topic: 'readings', partition: partitionOf(key, partitions) } as const
    const found = await views.load(
      shard,
      months.map((month) => daysKey(tenant, patient, month)),
    )
    const documents = found.filter((bytes) => bytes !== undefined).map(decodeDays)
    return [key, countDays(documents, { zone: zoneOf(device) }).readingsPerDate] as const
  })
  return new Map(await Promise.all(tallies))
}

function monthsAround(now: number): string[] {
  const days = Array.from(
    { length: 2 * MONTHS_AROUND_DAYS },
    (_, day) => now + (day - MONTHS_AROUND_DAYS) * DAY_MS,
  )
  return [...new Set(days.map(utcMonth))]
}
