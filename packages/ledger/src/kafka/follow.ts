import { setTimeout as pause } from 'node:timers/promises'
import type { TopicName } from '@cufflink/contracts'
import { type Batch, type Consumer, type EachBatchPayload, type Kafka, PartitionAssigners } from 'kafkajs'
import type { Follower, Following, LedgerRecord } from '../port.ts'
import { partitionsTogether } from './assigner.ts'

/** A little more facts than a fetch of a partition brings: what is left of it would be committed by itself, at nearly the same cost. */
const BATCH = 3_000
const FETCH_BYTES = 1_048_576
/** So many times both, in bulk. What a fetch brings of all partitions together, kafkajs hands over before the next one. */
const BULK = 4
const FETCHED_TOGETHER_BYTES = 10_485_760
const RETRY_MS = 500
const PARTITIONS_AT_ONCE = 8
/** For so long a broker that has nothing new keeps a fetch, and a consumer that is to fetch nothing looks no more. */
const WAIT_MS = 500
/** What the group's coordinator is asked all along, and answers at once. */
const ASKED_OF_COORDINATOR = new Set(['Heartbeat', 'OffsetCommit'])

export type FollowOptions = {
  readonly kafka: Kafka
  readonly prefix: string
  readonly topics: readonly TopicName[]
  readonly groupId: string
  readonly follower: Follower
  /** Take these partitions alone and leave the others unread. */
  readonly only?: ReadonlySet<number>
  /** In larger batches; see the port. */
  readonly inBulk?: boolean
  readonly waitMs?: number
  /** The first offset that the log still holds. */
  logStart(topic: TopicName, partition: number): Promise<number>
  /** Whether more of a partition is to be fetched now; asked after each batch, and on `lookAgain`. Always, unless told. */
  isWanted?(partition: number): boolean
}

export type GroupFollowing = Following & {
  /** `isWanted` says something else of a partition. */
  lookAgain(): void
}

/** A partition of mine: the offset that comes next, once the follower said so. Forgotten with each new generation. */
type Mine = { readonly topic: TopicName; readonly partition: number; position?: number }

/** `firstOffset` is `null` where the log has nothing at the offset that was asked for; kafkajs' types do not say so. */
type BatchStart = Pick<Batch, 'topic' | 'partition'> & {
  readonly batchSize: number
  readonly firstOffset: string | null
  readonly lastOffset: string
}

/**
 * Follows the partitions that the consumer group gives this member.
 *
 * What kafkajs hands over is believed only when it was fetched from the position that the follower's watermark gave: a
 * batch of a past generation or a jump to the log's end leads to a seek, never to a fold. A consumer that kafkajs gave up
 * is replaced by a new one; so is one whose coordinator stands still, as kafkajs goes on asking it.
 */
export async function followGroup(options: FollowOptions): Promise<GroupFollowing> {
  const opened = Promise.withResolvers<void>()
  let member = createMember(options)
  let closed = false

  /** One member after the other, until closed. */
  async function live(): Promise<void> {
    while (!closed) {
      await member.open().then(opened.resolve, member.end)
      await member.ended
      await member.close()
      if (closed) return
      await pause(RETRY_MS)
      member = createMember(options)
    }
  }

  const lived = live()
  await opened.promise
  return {
    rewind: (topic, partition) => member.partitions.rewind(topic, partition),
    lookAgain: () => member.partitions.lookAgain(),
    async close() {
      closed = true
      member.end()
      await lived
    },
  }
}

const timesOf = ({ inBulk = false }: FollowOptions): number => (inBulk ? BULK : 1)

/** One consumer of the group. */
function createMember(options: FollowOptions) {
  const { kafka, prefix, topics, groupId, waitMs: maxWaitTimeInMs = WAIT_MS } = options
  const { promise: ended, resolve: end } = Promise.withResolvers<void>()
  const consumer = kafka.consumer({
    groupId,
    allowAutoTopicCreation: false,
    // The second is what members of before offer: a group agrees on one that all of them have.
    partitionAssigners: [partitionsTogether, PartitionAssigners.roundRobin],
    sessionTimeout: 10_000,
    rebalanceTimeout: 15_000,
    heartbeatInterval: 1_000,
    maxWaitTimeInMs,
    maxBytesPerPartition: timesOf(options) * FETCH_BYTES,
    maxBytes: FETCHED_TOGETHER_BYTES,
    // Its place is taken by another one, unless the following was closed meanwhile.
    retry: { restartOnFailure: async () => false },
  })
  const partitions = ownPartitions(options, consumer)
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => partitions.assign(payload.memberAssignment))
  consumer.on(consumer.events.CRASH, () => end())
  consumer.on(consumer.events.START_BATCH_PROCESS, ({ payload }) => partitions.skipHole(payload))
  consumer.on(consumer.events.REQUEST_TIMEOUT, ({ payload }) => {
    if (ASKED_OF_COORDINATOR.has(payload.apiName)) end()
  })
  return {
    partitions,
    /** Resolves when it is of no use any more. */
    ended,
    end: (): void => end(),
    async open(): Promise<void> {
      await consumer.connect()
      await consumer.subscribe({ topics: topics.map((topic) => prefix + topic), fromBeginning: true })
      await consumer.run({
        eachBatchAutoResolve: false,
        autoCommitInterval: 2_000,
        partitionsConsumedConcurrently: PARTITIONS_AT_ONCE,
        eachBatch: partitions.handle,
      })
    },
    async close(): Promise<void> {
      await consumer.disconnect().catch(() => undefined)
      partitions.assign({})
    },
  }
}

/** The partitions of a consumer, each read from where the follower wants it. */
function ownPartitions(options: FollowOptions, consumer: Consumer) {
  const { prefix, topics, follower, only, isWanted } = options
  const atOnce = timesOf(options) * BATCH
  const mine = new Map<string, Mine>()
  const isMine = (own: Mine): boolean => mine.get(`${prefix}${own.topic}/${own.partition}`) === own

  function fetchWhileWanted({ topic, partition }: Mine): void {
    if (isWanted === undefined) return
    const one = [{ topic: prefix + topic, partitions: [partition] }]
    if (isWanted(partition)) consumer.resume(one)
    else consumer.pause(one)
  }

  function assign(assignment: Readonly<Record<string, readonly number[]>>): void {
    const before = new Map(mine)
    mine.clear()
    for (const topic of topics)
      for (const partition of assignment[prefix + topic] ?? []) {
        if (only?.has(partition) === false) {
          consumer.pause([{ topic: prefix + topic, partitions: [partition] }])
          continue
        }
        const name = `${prefix}${topic}/${partition}`
        before.delete(name)
        const own: Mine = { topic, partition }
        mine.set(name, own)
        fetchWhileWanted(own)
        void locateAtLast(own)
      }
    for (const { topic, partition } of before.values()) follower.revoked(topic, partition)
  }

  /** Asks the follower where it is and seeks there. */
  async function locate(own: Mine): Promise<void> {
    const position = await follower.assigned(own.topic, own.partition)
    if (!isMine(own)) return
    own.position = position
    seek(own)
  }

  /** As `locate`, until the follower knows: on a partition where nothing comes in, no batch would ask it again. */
  async function locateAtLast(own: Mine): Promise<void> {
    while (isMine(own) && own.position === undefined) await locate(own).catch(() => pause(RETRY_MS))
  }

  const seek = ({ topic, partition, position }: Mine): void =>
    consumer.seek({ topic: prefix + topic, partition, offset: String(position) })

  async function handle(payload: EachBatchPayload): Promise<void> {
    const { batch } = payload
    const own = mine.get(`${batch.topic}/${batch.partition}`)
    if (own === undefined) return
    try {
      if (own.position === undefined) return await locate(own)
      if (fetchedFrom(batch) > own.position) {
        own.position = Math.max(own.position, await options.logStart(own.topic, own.partition))
        if (fetchedFrom(batch) > own.position) return seek(own)
      }
      await applyAll(own, payload)
      fetchWhileWanted(own)
    } catch {
      // The follower could not take the batch now (its views are down): its watermark says where to go on.
      delete own.position
      await pause(RETRY_MS)
      await locate(own).catch(() => undefined)
    }
  }

  async function applyAll(
    own: Mine,
    { batch, resolveOffset, heartbeat, isRunning, isStale }: EachBatchPayload,
  ) {
    const records = decode(batch, own, own.position!)
    for (let from = 0; from < records.length && isRunning() && !isStale(); from += atOnce) {
      const part = records.slice(from, from + atOnce)
      const next = await follower.apply({ topic: own.topic, partition: own.partition, records: part })
      const expected = part.at(-1)!.offset + 1
      if (own.position === undefined) return locate(own)
      own.position = next
      if (next !== expected) return seek(own)
      resolveOffset(String(expected - 1))
      await heartbeat()
    }
  }

  return {
    assign,
    handle,
    skipHole: (start: BatchStart): void => stepOver(mine.get(`${start.topic}/${start.partition}`), start),
    lookAgain: (): void => mine.values().forEach(fetchWhileWanted),
    rewind(topic: TopicName, partition: number): void {
      const own = mine.get(`${prefix}${topic}/${partition}`)
      if (own === undefined) return
      delete own.position
      void locateAtLast(own)
    },
  }
}

/**
 * Compaction leaves holes. kafkajs steps over one by itself and hands nothing over, but tells of it: without this the next
 * batch would look like a jump, and be fetched again for ever.
 */
function stepOver(own: Mine | undefined, { batchSize, firstOffset, lastOffset }: BatchStart): void {
  if (batchSize > 0 || own?.position === undefined) return
  if (own.position >= Number(firstOffset ?? lastOffset))
    own.position = Math.max(own.position, Number(lastOffset) + 1)
}

/** Where the fetch began that brought the batch. kafkajs keeps it on the batch; its types do not say so. */
const fetchedFrom = (batch: Batch): number =>
  Number((batch as Batch & { fetchedOffset: string }).fetchedOffset)

function decode(batch: Batch, { topic, partition }: Mine, from: number): LedgerRecord[] {
  const records: LedgerRecord[] = []
  for (const { key, value, offset } of batch.messages) {
    const at = Number(offset)
    if (at >= from)
      records.push({
        topic,
        partition,
        offset: at,
        key: key?.toString() ?? '',
        text: value?.toString() ?? '',
      })
  }
  return records
}
