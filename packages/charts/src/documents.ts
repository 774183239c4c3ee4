import { createHash } from 'node:crypto'
import { decodeSettled, type SettledDocument, settledKey } from '@cufflink/billing'
import { CufflinkError, failure, patientKey, withoutLostRecords } from '@cufflink/contracts'
import {
  claimsKey,
  clinicianKey,
  type DaysDocument,
  daysKey,
  decodeDays,
  decodeFactList,
  decodeLate,
  decodeMinutes,
  decodeQueue,
  type FactList,
  fileKey,
  type LateReadings,
  lateKey,
  type MinutesDocument,
  minutesKey,
  practiceKey,
  type QueueItem,
  type QueueName,
  queueKey,
  recordKey,
} from '@cufflink/folds'
import type { Ledger } from '@cufflink/ledger'
import { documentCache, type Shard, type Views } from '@cufflink/views'

const FOLDED_WITHIN_MS = 2_000
const LOOK_EVERY_MS = 10
/** Encoded bytes of clinicians' parts that are kept decoded: some 70,000 stretches. */
const PARTS_BYTES = 2 * 2 ** 20

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

/** What an evaluation reads of a patient's readings, in one step: it belongs together. */
export type ReadHistory = {
  readonly late?: LateReadings
  readonly settled?: SettledDocument
  /** The documents of the months that were read, from one on. */
  daysFrom(month: string): readonly DaysDocument[]
}

/** A document that cannot be decoded (VIEWS_UNREADABLE): who follows its shard folds it again from the ledger. */
export class DocumentUnreadable extends CufflinkError {
  readonly shard: Shard

  constructor(shard: Shard, cause: unknown) {
    super('VIEWS_UNREADABLE', { detail: `It is ${shard.topic}/${shard.partition}.`, cause })
    this.shard = shard
  }
}

/** @throws {DocumentUnreadable} where `decode` throws */
const readableOf =
  <Made>(shard: Shard, decode: (bytes: Uint8Array) => Made) =>
  (bytes: Uint8Array): Made => {
    try {
      return decode(bytes)
    } catch (cause) {
      throw new DocumentUnreadable(shard, cause)
    }
  }

/** What is settled can be worked out again: of another program it is as if it were not there. */
function decodedOrNothing(bytes: Uint8Array): SettledDocument | undefined {
  try {
    return decodeSettled(bytes)
  } catch {
    return undefined
  }
}

/** Reads the documents that the trackers keep. Rejects with VIEWS_UNAVAILABLE, or with a `DocumentUnreadable`. */
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
  /** Whether they have by now what is on the ledger under a key of `activity`. */
  isCaughtUp(key: string): Promise<boolean>
  /** What waits for a person in a practice, the oldest first, and a text that is another whenever something of it changed. */
  queue(
    queue: QueueName,
    tenant: string,
  ): Promise<{ readonly items: readonly QueueItem[]; readonly version: string }>
  /** The members of a set over all shards, ascending. */
  members(set: string): Promise<string[]>
  practice(tenant: string): Promise<FactList>
  activity(tenant: string, patient: string, wanted: WantedActivity): Promise<ActivityDocuments>
  /** A patient's readings of some UTC months. */
  days(tenant: string, patient: string, months: readonly string[]): Promise<readonly DaysDocument[]>
  /** The same, with what is settled of older months and what tells whether one of those changed. */
  history(tenant: string, patient: string, months: readonly string[]): Promise<ReadHistory>
  /** A clinician's parts of some months, from every partition. */
  clinician(tenant: string, clinician: string, months: readonly string[]): Promise<readonly MinutesDocument[]>
}

export type DocumentsOptions = {
  readonly ledger: Pick<Ledger, 'partitions' | 'partitionOf' | 'endOffsets'>
  readonly views: Pick<Views, 'load' | 'members' | 'watermark'>
}

type ShardOf = Documents['shardOf']

export function createDocuments({ ledger, views }: DocumentsOptions): Documents {
  const activityShards: readonly Shard[] = Array.from({ length: ledger.partitions }, (_, partition) => ({
    topic: 'activity',
    partition,
  }))
  const shardOf: ShardOf = (topic, key) => ({ topic, partition: ledger.partitionOf(key) })
  return {
    activityShards,
    shardOf,
    ...catchingUp(ledger, views, shardOf),
    async members(set) {
      const lists = await Promise.all(activityShards.map((shard) => views.members(shard, set)))
      return lists.flat().toSorted()
    },
    practice: practiceReader(views, shardOf),
    async queue(name, tenant) {
      const version = createHash('sha256')
      const lists = await Promise.all(
        activityShards.map(async (shard) => {
          const [bytes] = await views.load(shard, [queueKey(name, tenant)])
          return { shard, bytes }
        }),
      )
      const items = lists.flatMap(({ shard, bytes }) => {
        version.update(bytes ?? '').update('\n')
        return bytes === undefined ? [] : readableOf(shard, decodeQueue)(bytes).items
      })
      return {
        items: items.toSorted((a, b) => a.at - b.at || (a.patient < b.patient ? -1 : 1)),
        version: version.digest('base64url').slice(0, 16),
      }
    },
    async activity(tenant, patient, { minutes = [], records = [], claims = [] }) {
      const keyOf = (name: (tenant: string, patient: string, of: string) => string) => (of: string) =>
        name(tenant, patient, of)
      const shard = shardOf('activity', patientKey(tenant, patient))
      const list = readableOf(shard, decodeFactList)
      const [file = [], ofMinutes = [], ofRecords = [], ofClaims = []] = await loadLists(views, shard, [
        [fileKey(tenant, patient)],
        minutes.map(keyOf(minutesKey)),
        records.map(keyOf(recordKey)),
        claims.map(keyOf(claimsKey)),
      ])
      return {
        file: withoutLostRecords(file.flatMap(list)),
        minutes: ofMinutes.map(readableOf(shard, decodeMinutes)),
        records: ofRecords.flatMap(list),
        claims: withoutLostRecords(ofClaims.flatMap(list)),
      }
    },
    ...readingsReader(views, shardOf),
    clinician: partsReader(views, activityShards),
  }
}

/** Several lists of keys of one shard in one call. */
async function loadLists(
  views: Pick<Views, 'load'>,
  shard: Shard,
  lists: readonly (readonly string[])[],
): Promise<Uint8Array[][]> {
  const found = await views.load(shard, lists.flat())
  let at = 0
  return lists.map(({ length }) => {
    at += length
    return found.slice(at - length, at).filter((bytes) => bytes !== undefined)
  })
}

function catchingUp(
  ledger: Pick<Ledger, 'endOffsets'>,
  views: Pick<Views, 'watermark'>,
  shardOf: ShardOf,
): Pick<Documents, 'isCaughtUp' | 'caughtUp'> {
  const endOf = async ({ partition }: Shard): Promise<number> =>
    (await ledger.endOffsets('activity'))[partition] ?? 0
  return {
    async isCaughtUp(key) {
      const shard = shardOf('activity', key)
      const end = await endOf(shard)
      return (await views.watermark(shard)) >= end
    },
    async caughtUp(key) {
      const shard = shardOf('activity', key)
      const end = await endOf(shard)
      const until = performance.now() + FOLDED_WITHIN_MS
      while ((await views.watermark(shard)) < end) {
        if (performance.now() > until) throw failure('VIEWS_UNAVAILABLE')
        await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
      }
    },
  }
}

/** Keeps each practice as it was read last: it is asked for again and again, and hardly ever another. */
function practiceReader(views: Pick<Views, 'load'>, shardOf: ShardOf): Documents['practice'] {
  const practices = new Map<string, { readonly bytes: Uint8Array; readonly facts: FactList }>()
  return async (tenant) => {
    const shard = shardOf('activity', tenant)
    const [bytes] = await views.load(shard, [practiceKey(tenant)])
    if (bytes === undefined) return []
    const known = practices.get(tenant)
    if (known !== undefined && Buffer.compare(known.bytes, bytes) === 0) return known.facts
    const facts = withoutLostRecords(readableOf(shard, decodeFactList)(bytes))
    practices.set(tenant, { bytes, facts })
    return facts
  }
}

function readingsReader(views: Pick<Views, 'load'>, shardOf: ShardOf): Pick<Documents, 'days' | 'history'> {
  const shardOfPatient = (tenant: string, patient: string): Shard =>
    shardOf('readings', patientKey(tenant, patient))
  return {
    async days(tenant, patient, months) {
      const keys = months.map((month) => daysKey(tenant, patient, month))
      const shard = shardOfPatient(tenant, patient)
      const [found = []] = await loadLists(views, shard, [keys])
      return found.map(readableOf(shard, decodeDays))
    },
    async history(tenant, patient, months) {
      const shard = shardOfPatient(tenant, patient)
      const keys = months.map((month) => daysKey(tenant, patient, month))
      const own = [lateKey(tenant, patient), settledKey(tenant, patient)]
      const [late, kept, ...days] = await views.load(shard, [...own, ...keys])
      const settled = kept && decodedOrNothing(kept)
      const decode = readableOf(shard, decodeDays)
      return {
        ...(late && { late: readableOf(shard, decodeLate)(late) }),
        ...(settled && { settled }),
        daysFrom: (first) =>
          days.flatMap((bytes, index) => (bytes && months[index]! >= first ? [decode(bytes)] : [])),
      }
    },
  }
}

/** Keeps clinicians' parts as they were decoded last: every patient of a clinician asks for all of them, and one of them changes. */
function partsReader(views: Pick<Views, 'load'>, activityShards: readonly Shard[]): Documents['clinician'] {
  const parts = documentCache<{ readonly bytes: Uint8Array; readonly document: MinutesDocument }>(PARTS_BYTES)

  function decodePart(shard: Shard, key: string, bytes: Uint8Array): MinutesDocument {
    const name = `${shard.partition} ${key}`
    const known = parts.get(name)
    if (known !== undefined && Buffer.compare(known.bytes, bytes) === 0) {
      parts.keep(name, known, bytes.length)
      return known.document
    }
    const document = readableOf(shard, decodeMinutes)(bytes)
    // Copied: a driver's bytes are a part of what it received.
    parts.keep(name, { bytes: Uint8Array.from(bytes), document }, bytes.length)
    return document
  }

  return async (tenant, clinician, months) => {
    const keys = months.map((month) => clinicianKey(tenant, clinician, month))
    const found = await Promise.all(
      activityShards.map(async (shard) => {
        const loaded = await views.load(shard, keys)
        return loaded.flatMap((bytes, index) => (bytes ? [decodePart(shard, keys[index]!, bytes)] : []))
      }),
    )
    return found.flat()
  }
}
