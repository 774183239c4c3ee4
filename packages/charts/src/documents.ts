import { failure, patientKey, withoutLostRecords } from '@cufflink/contracts'
import type { Ledger } from '@cufflink/ledger'
import {
  clinicianKey,
  type DaysDocument,
  daysKey,
  decodeDays,
  decodeMinutes,
  decodeRecent,
  type MinutesDocument,
  minutesKey,
  type RecentReading,
  recentKey,
} from '@cufflink/rules'
import {
  claimsKey,
  decodeFactList,
  type FactList,
  fileKey,
  practiceKey,
  recordKey,
  type Shard,
  type Views,
} from '@cufflink/views'

const FOLDED_WITHIN_MS = 2_000
const LOOK_EVERY_MS = 10

/** A patient's documents of `activity`: the file, and of the UTC months and years asked for the others. */
export type ActivityDocuments = {
  readonly file: FactList
  readonly minutes: readonly MinutesDocument[]
  readonly records: FactList
  readonly claims: FactList
}
export type WantedActivity = {
  readonly minutes?: readonly string[]
  readonly records?: readonly string[]
  readonly claims?: readonly string[]
}

/** Reads the documents that the trackers keep. Rejects with VIEWS_UNAVAILABLE. */
export type Documents = {
  /** Every shard of `activity`. */
  readonly activityShards: readonly Shard[]
  /** Where a ledger key lies. */
  shardOf(topic: 'activity' | 'readings', key: string): Shard
  /**
   * Resolves once the views have what is on the ledger by now under a key of `activity`: what is not there then is not known at all.
   * @throws {CufflinkError} VIEWS_UNAVAILABLE while they are just being filled
   */
  caughtUp(key: string): Promise<void>
  /** The members of a set over all shards, ascending. */
  members(set: string): Promise<string[]>
  practice(tenant: string): Promise<FactList>
  activity(tenant: string, patient: string, wanted: WantedActivity): Promise<ActivityDocuments>
  /** A patient's readings of some UTC months. */
  days(tenant: string, patient: string, months: readonly string[]): Promise<readonly DaysDocument[]>
  /** A patient's readings of some UTC months with their values. */
  recent(tenant: string, patient: string, months: readonly string[]): Promise<readonly RecentReading[]>
  /** A clinician's parts of some months, from every partition. */
  clinician(tenant: string, clinician: string, months: readonly string[]): Promise<readonly MinutesDocument[]>
}

export type DocumentsOptions = {
  readonly ledger: Pick<Ledger, 'partitions' | 'partitionOf' | 'endOffsets'>
  readonly views: Pick<Views, 'load' | 'members' | 'watermark'>
}

export function createDocuments({ ledger, views }: DocumentsOptions): Documents {
  const activityShards: readonly Shard[] = Array.from({ length: ledger.partitions }, (_, partition) => ({
    topic: 'activity',
    partition,
  }))
  const shardOf = (topic: 'activity' | 'readings', key: string): Shard => ({
    topic,
    partition: ledger.partitionOf(key),
  })

  /** Several lists of keys of one shard in one call. */
  async function load(shard: Shard, ...lists: readonly (readonly string[])[]): Promise<Uint8Array[][]> {
    const found = await views.load(shard, lists.flat())
    let at = 0
    return lists.map(({ length }) => {
      at += length
      return found.slice(at - length, at).filter((bytes) => bytes !== undefined)
    })
  }

  return {
    activityShards,
    shardOf,
    async caughtUp(key) {
      const shard = shardOf('activity', key)
      const end = (await ledger.endOffsets('activity'))[shard.partition] ?? 0
      const until = performance.now() + FOLDED_WITHIN_MS
      while ((await views.watermark(shard)) < end) {
        if (performance.now() > until) throw failure('VIEWS_UNAVAILABLE')
        await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
      }
    },
    async members(set) {
      const lists = await Promise.all(activityShards.map((shard) => views.members(shard, set)))
      return lists.flat().toSorted()
    },
    async practice(tenant) {
      const [lists = []] = await load(shardOf('activity', tenant), [practiceKey(tenant)])
      return lists.flatMap(decodeFactList)
    },
    async activity(tenant, patient, { minutes = [], records = [], claims = [] }) {
      const keyOf = (name: (tenant: string, patient: string, of: string) => string) => (of: string) =>
        name(tenant, patient, of)
      const [file = [], ofMinutes = [], ofRecords = [], ofClaims = []] = await load(
        shardOf('activity', patientKey(tenant, patient)),
        [fileKey(tenant, patient)],
        minutes.map(keyOf(minutesKey)),
        records.map(keyOf(recordKey)),
        claims.map(keyOf(claimsKey)),
      )
      return {
        file: file.flatMap(decodeFactList),
        minutes: ofMinutes.map(decodeMinutes),
        records: ofRecords.flatMap(decodeFactList),
        claims: withoutLostRecords(ofClaims.flatMap(decodeFactList)),
      }
    },
    async days(tenant, patient, months) {
      const keys = months.map((month) => daysKey(tenant, patient, month))
      const [found = []] = await load(shardOf('readings', patientKey(tenant, patient)), keys)
      return found.map(decodeDays)
    },
    async recent(tenant, patient, months) {
      const keys = months.map((month) => recentKey(tenant, patient, month))
      const [found = []] = await load(shardOf('readings', patientKey(tenant, patient)), keys)
      return found.flatMap((bytes) => decodeRecent(bytes).readings)
    },
    async clinician(tenant, clinician, months) {
      const keys = months.map((month) => clinicianKey(tenant, clinician, month))
      const parts = await Promise.all(activityShards.map((shard) => load(shard, keys)))
      return parts.flatMap(([found = []]) => found.map(decodeMinutes))
    },
  }
}
