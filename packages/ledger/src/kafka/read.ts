import { randomUUID } from 'node:crypto'
import type { TopicName } from '@cufflink/contracts'
import type { Kafka } from 'kafkajs'
import type { LedgerRecord, Place } from '../port.ts'
import { followGroup } from './follow.ts'

/** How soon a reader's consumer sees that more is wanted of a partition of which it was to fetch nothing. */
const WAIT_MS = 100
/** What is skipped without another fetch. */
const NEAR = 1_000

type ReadOptions = {
  readonly kafka: Kafka
  readonly prefix: string
  readonly topic: TopicName
  readonly partition: number
  readonly from: number
  /** Exclusive; the caller has made sure that the log reaches it. */
  readonly to: number
}

/** Reads a stretch of one partition with a consumer group of its own, which ends with the call. */
export async function readKafka({
  kafka,
  prefix,
  topic,
  partition,
  from,
  to,
}: ReadOptions): Promise<LedgerRecord[]> {
  if (from >= to) return []
  const found: LedgerRecord[] = []
  const done = Promise.withResolvers<void>()
  const following = await followGroup({
    kafka,
    prefix,
    topics: [topic],
    groupId: `${prefix}read.${randomUUID()}`,
    only: new Set([partition]),
    logStart: async () => from,
    follower: {
      assigned: async () => from,
      async apply(batch) {
        found.push(...batch.records.filter(({ offset }) => offset < to))
        const next = batch.records.at(-1)!.offset + 1
        if (next >= to) done.resolve()
        return next
      },
      revoked: () => undefined,
    },
  })
  await done.promise
  await following.close()
  return found
}

type ReadAtOptions = Pick<ReadOptions, 'kafka' | 'prefix' | 'topic'> & {
  readonly places: readonly Place[]
  /** The first offset that each partition still holds, and the one that its next record will get. */
  readonly starts: readonly number[]
  readonly ends: readonly number[]
  readonly signal: AbortSignal
  logStart(topic: TopicName, partition: number): Promise<number>
}

/** What is wanted of a partition, by offset, and what of it has come and was not taken yet. */
type Wanted = { readonly offsets: readonly number[]; next: number; readonly held: Map<number, LedgerRecord> }

/** As `readAt` of the port, with one consumer group for all of it. What has come is held until it is taken, and no more of its partition is fetched meanwhile. */
export async function* readKafkaAt(options: ReadAtOptions): AsyncGenerator<LedgerRecord> {
  const { kafka, prefix, topic, starts, ends, signal, logStart } = options
  const places = options.places.filter(
    ({ partition, offset }) => offset >= (starts[partition] ?? 0) && offset < (ends[partition] ?? 0),
  )
  const wanted = wantedOf(places)
  if (wanted.size === 0) return
  let bell = Promise.withResolvers<void>()
  const ring = (): void => {
    bell.resolve()
    bell = Promise.withResolvers()
  }
  let asked: Place | undefined
  /** Nothing more of a partition of which something waits to be taken, or of which everything has come. */
  const isWanted = (partition: number): boolean => {
    const { held, next, offsets } = wanted.get(partition)!
    if (next >= offsets.length) return false
    return held.size === 0 || (asked?.partition === partition && !held.has(asked.offset))
  }

  const following = await followGroup({
    kafka,
    prefix,
    topics: [topic],
    groupId: `${prefix}read.${randomUUID()}`,
    only: new Set(wanted.keys()),
    waitMs: WAIT_MS,
    logStart,
    isWanted,
    follower: {
      assigned: async (_topic, partition) => positionOf(wanted.get(partition)!),
      async apply({ partition, records }) {
        const own = wanted.get(partition)!
        const position = records.at(-1)!.offset + 1
        take(own, records)
        ring()
        const next = positionOf(own)
        return next > position + NEAR ? next : position
      },
      revoked: () => undefined,
    },
  })
  signal.addEventListener('abort', ring)
  try {
    for (const place of places) {
      const own = wanted.get(place.partition)!
      asked = place
      if (!own.held.has(place.offset)) following.lookAgain()
      while (!own.held.has(place.offset) && positionOf(own) <= place.offset) {
        signal.throwIfAborted()
        await bell.promise
      }
      signal.throwIfAborted()
      asked = undefined
      const record = own.held.get(place.offset)
      own.held.delete(place.offset)
      if (own.held.size === 0) following.lookAgain()
      if (record !== undefined) yield record
    }
  } finally {
    signal.removeEventListener('abort', ring)
    await following.close()
  }
}

const wantedOf = (places: readonly Place[]): ReadonlyMap<number, Wanted> =>
  new Map(
    [...Map.groupBy(places, ({ partition }) => partition)].map(([partition, own]) => {
      const offsets = [...new Set(own.map(({ offset }) => offset))].toSorted((a, b) => a - b)
      return [partition, { offsets, next: 0, held: new Map() }]
    }),
  )

/** The next offset that is wanted and has not come; beyond everything when there is none. */
const positionOf = ({ offsets, next }: Wanted): number => offsets[next] ?? offsets.at(-1)! + 1

/** Keeps what is wanted of consecutive records, and passes over what the log does not have. */
function take(own: Wanted, records: readonly LedgerRecord[]): void {
  const found = new Map(records.map((record) => [record.offset, record]))
  const last = records.at(-1)!.offset
  for (; own.next < own.offsets.length && own.offsets[own.next]! <= last; own.next += 1) {
    const record = found.get(own.offsets[own.next]!)
    if (record !== undefined) own.held.set(record.offset, record)
  }
}
