import type { CufflinkError, Fact, TopicName } from '@cufflink/contracts'

/** Where a fact lies: `offset` counts the facts of its partition from 0. */
export type Position = { readonly topic: TopicName; readonly partition: number; readonly offset: number }

/** The same on a topic that is known. */
export type Place = Pick<Position, 'partition' | 'offset'>

/** A fact as the ledger holds it; `text` is the JSON of its envelope, undecoded. */
export type LedgerRecord = Position & { readonly key: string; readonly text: string }

/** Consecutive records of one partition, in order of offset. */
export type LedgerBatch = {
  readonly topic: TopicName
  readonly partition: number
  readonly records: readonly LedgerRecord[]
}

/**
 * Who follows a partition. The follower, not the engine, says where to begin and where to go on:
 * its own watermark is the truth (design rule 3), the engine's committed offset only feeds lag displays.
 */
export type Follower = {
  /** A partition is mine now. Returns the offset to begin at. */
  assigned(topic: TopicName, partition: number): Promise<number>
  /** Applies a batch. Returns the offset to go on at: past the batch, or back where its watermark says. */
  apply(batch: LedgerBatch): Promise<number>
  /** The partition is someone else's from now on. */
  revoked(topic: TopicName, partition: number): void
}

export type Following = {
  /** Resolves when every partition's handler is at rest. */
  close(): Promise<void>
  /** Goes back to what `assigned` says, for a partition whose watermark moved by another's hand. */
  rewind(topic: TopicName, partition: number): void
}

/** The append-only log of facts, partitioned by key; the only truth. */
export type Ledger = {
  /** The engine behind the port, for people: `SQLite 3.51` or `Kafka`. */
  readonly engine: string
  /** Partitions of every topic. */
  readonly partitions: number
  /** Facts handed over and not yet durable. */
  readonly queued: number
  /** Whether the last append got through. */
  readonly available: boolean
  /** What is wrong with the engine so that facts may be lost, though it takes them; a person must see to it. */
  readonly alarms: readonly CufflinkError[]
  /** Whether this machine's clock is well before the latest that was written: what it dates now would be dated wrongly. */
  hostIsEarly(): Promise<boolean>
  /**
   * Appends a fact. Resolves, in the order of the calls, once it is durable (Kafka: acks=all; SQLite: after the commit's
   * fsync). While the ledger cannot take it the promise stays open and the fact is tried again.
   * @throws {CufflinkError} LEDGER_CLOSED when the ledger was closed before the fact was durable · INTERNAL when it is not of its
   *   schema: its own readers could not read it
   */
  append(fact: Fact): Promise<Position>
  /** The partition that facts of a key lie on: murmur2, as Kafka's own producers compute it. */
  partitionOf(key: string): number
  /** Reads at most `limit` records from an offset, or from the start when that comes later, without following. */
  read(topic: TopicName, partition: number, from: number, limit: number): Promise<readonly LedgerRecord[]>
  /**
   * Reads the records at some places, each named once, in this order, as fast as they are taken: no more is held than a fetch of each
   * partition. A place where there is none is passed over. It ends with an `AbortError` once `signal` is aborted.
   */
  readAt(topic: TopicName, places: readonly Place[], signal: AbortSignal): AsyncIterable<LedgerRecord>
  /** Follows the partitions of a topic that the consumer group gives this member. */
  follow(topics: readonly TopicName[], group: string, follower: Follower): Promise<Following>
  /**
   * Follows every partition of a topic, beside every other follower. `inBulk` is for one that folds the whole ledger and that no one waits for: where it
   * is read over a network, batches are several times as large.
   */
  followAll(
    topics: readonly TopicName[],
    follower: Follower,
    options?: { readonly inBulk?: boolean },
  ): Promise<Following>
  /** The first offset that each partition still holds; where it holds none, its end. */
  startOffsets(topic: TopicName): Promise<readonly number[]>
  /** The offset that the next fact of each partition will get. */
  endOffsets(topic: TopicName): Promise<readonly number[]>
  /** Refuses new facts, waits for those under way, closes. */
  close(): Promise<void>
}
