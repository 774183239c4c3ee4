import { CufflinkError, type Fact, failure, keyOf, type TopicName, topicOf } from '@cufflink/contracts'
import { partitionOf } from './partitioner.ts'
import type { Position } from './port.ts'

/** A fact on its way to the engine. */
export type Entry = {
  readonly topic: TopicName
  readonly partition: number
  readonly key: string
  readonly text: string
}

/** A fact as it is written, to one of so many partitions. */
export function entryOf(fact: Fact, partitions: number): Entry {
  const key = keyOf(fact)
  return {
    topic: topicOf(fact.type),
    partition: partitionOf(key, partitions),
    key,
    text: JSON.stringify(fact),
  }
}

/** A fact that its readers cannot decode would be skipped for good. */
export const refuseUnreadable = ({ type, v }: Fact): Promise<never> =>
  Promise.reject(failure('INTERNAL', { detail: `No ${type} of version ${v}.` }))

type Waiting = { readonly entry: Entry; resolve(position: Position): void; reject(error: unknown): void }

/** How an engine takes a batch: resolves with the offset of each entry once all are durable. */
export type WriteBatch = (entries: readonly Entry[]) => Promise<readonly number[]>

export type GroupCommit = {
  readonly queued: number
  readonly available: boolean
  append(entry: Entry): Promise<Position>
  close(): Promise<void>
}

const MAX_ENTRIES = 2_000
/** Under the brokers' default `max.message.bytes` of 1 MB even when a batch is all of one partition. */
const MAX_BATCH_CHARS = 300_000
const RETRY_MS = 500
const CLOSE_WITHIN_MS = 5_000
/** A batch under way for longer than this means that the engine is not taking facts. */
const STALLED_MS = 2_000

/**
 * Gathers appends into batches, one under way at a time: at once when idle, gathered while a batch is in flight.
 * So a lone reading waits for no one, and under load the cost of a durable write is shared. Positions resolve in the
 * order of the appends. A batch that fails is tried again, whole, until it succeeds or the ledger closes: ids are
 * deterministic, so that a fact written twice is folded once.
 */
export function createGroupCommit(write: WriteBatch): GroupCommit {
  const waiting: Waiting[] = []
  const closing = Promise.withResolvers<void>()
  let inFlight: { readonly size: number; readonly since: number } | undefined
  let failing = false
  let closed = false
  let scheduled = false

  async function drain(): Promise<void> {
    scheduled = false
    while (waiting.length > 0) {
      const batch = waiting.splice(0, batchSize(waiting))
      inFlight = { size: batch.length, since: performance.now() }
      const offsets = await writeUntilDurable(batch.map(({ entry }) => entry))
      inFlight = undefined
      if (offsets === undefined) return refuse([...batch, ...waiting.splice(0)])
      batch.forEach(({ entry, resolve }, index) => {
        resolve({ topic: entry.topic, partition: entry.partition, offset: offsets[index]! })
      })
    }
    if (closed) closing.resolve()
  }

  async function writeUntilDurable(entries: readonly Entry[]): Promise<readonly number[] | undefined> {
    for (;;) {
      try {
        const offsets = await write(entries)
        failing = false
        return offsets
      } catch (error) {
        failing = true
        // No retry mends it: the process ends by what no one catches, and says to restore a backup.
        if (error instanceof CufflinkError && error.code === 'LEDGER_DAMAGED') throw error
        if (closed) return undefined
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
      }
    }
  }

  function refuse(entries: readonly Waiting[]): void {
    for (const { reject } of entries) reject(failure('LEDGER_CLOSED'))
    closing.resolve()
  }

  return {
    get queued() {
      return waiting.length + (inFlight?.size ?? 0)
    },
    get available() {
      return !failing && (inFlight === undefined || performance.now() - inFlight.since < STALLED_MS)
    },
    append(entry) {
      if (closed) return Promise.reject(failure('LEDGER_CLOSED'))
      const { promise, resolve, reject } = Promise.withResolvers<Position>()
      waiting.push({ entry, resolve, reject })
      if (inFlight === undefined && !scheduled) {
        scheduled = true
        setImmediate(() => void drain())
      }
      return promise
    },
    async close() {
      closed = true
      if (waiting.length === 0 && inFlight === undefined) return
      const deadline = setTimeout(() => refuse(waiting.splice(0)), CLOSE_WITHIN_MS)
      await closing.promise.finally(() => clearTimeout(deadline))
    },
  }
}

function batchSize(waiting: readonly Waiting[]): number {
  let chars = 0
  let size = 0
  for (const { entry } of waiting) {
    chars += entry.text.length
    if (size > 0 && (chars > MAX_BATCH_CHARS || size >= MAX_ENTRIES)) break
    size += 1
  }
  return size
}
