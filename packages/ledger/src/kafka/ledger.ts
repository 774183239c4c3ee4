import { randomUUID } from 'node:crypto'
import { type CufflinkError, failure, isFact, type TopicName, topicNames } from '@cufflink/contracts'
import type { Admin } from 'kafkajs'
import { createGroupCommit, entryOf, refuseUnreadable } from '../group-commit.ts'
import { CLOCK_TOLERANCE_MS, clockSays, hostNow, refuseImpossibleClock } from '../host-clock.ts'
import { partitionOf } from '../partitioner.ts'
import type { Following, Ledger } from '../port.ts'
import { createAdmin } from './admin.ts'
import { createAppender } from './append.ts'
import { createKafka, type KafkaSecurity } from './client.ts'
import { type FollowOptions, followGroup } from './follow.ts'
import { readKafka, readKafkaAt } from './read.ts'
import { faultsOfTopics, makeTopics, type TopicOptions } from './topics.ts'

export type KafkaLedgerOptions = Partial<TopicOptions> & {
  /** `host:port` of some of the brokers. */
  readonly brokers: readonly string[]
  readonly security?: KafkaSecurity
  readonly partitions: number
  /** How often the settings of the topics are looked at again. */
  readonly checkTopicsMs?: number
  /** Told once of each of `alarms` when it comes up. */
  readonly alarmed?: (alarm: CufflinkError) => void
  /** A person has checked this machine's clock: it may be before the ledger's last fact. */
  readonly clockChecked?: boolean
}

const OPEN_WITHIN_MS = 30_000
const CHECK_TOPICS_MS = 60_000

/**
 * The distributed ledger: Kafka through kafkajs, idempotent, `acks=all`.
 * @throws {CufflinkError} LEDGER_UNAVAILABLE when no broker answers at the start · CONFIG_INVALID when one would be spoken to in the clear · LEDGER_TOPICS_DIFFER · LEDGER_TOPIC_UNSAFE ·
 *   CLOCK_BEFORE_LEDGER · CLOCK_IMPOSSIBLE
 */
export async function openKafkaLedger(options: KafkaLedgerOptions): Promise<Ledger> {
  const { brokers, partitions, prefix = 'cufflink.', replicationFactor = 1, minInsyncReplicas = 1 } = options
  refuseImpossibleClock()
  const cleartext = Promise.withResolvers<never>()
  cleartext.promise.catch(() => undefined) // a broker that comes later is not connected to, and that is all
  const kafka = createKafka(brokers, { ...options.security, refused: cleartext.reject })
  const admin = createAdmin(kafka)
  const topics = { prefix, partitions, replicationFactor, minInsyncReplicas }
  // What a person has checked may stay behind what the broker's clock says, until the time of its last record is reached.
  const hostIsEarly = async (): Promise<boolean> =>
    options.clockChecked !== true && (await admin.ask((connected) => isHostEarly(connected, prefix)))
  try {
    const made = admin.ask((connected) => makeTopics(connected, topics), OPEN_WITHIN_MS)
    await Promise.race([made, cleartext.promise])
    const [fault] = await admin.ask((connected) => faultsOfTopics(connected, topics), OPEN_WITHIN_MS)
    if (fault !== undefined) throw fault
    if (await hostIsEarly()) throw failure('CLOCK_BEFORE_LEDGER', { detail: clockSays() })
  } catch (error) {
    await admin.close()
    throw error
  }
  const watch = watchTopics(options, () => admin.ask((connected) => faultsOfTopics(connected, topics)))
  const appender = createAppender(kafka, prefix)
  const commits = createGroupCommit(appender.write)

  const offsetsOf = async (topic: TopicName): Promise<readonly { low: string; high: string }[]> => {
    const offsets = await admin.ask((connected) => connected.fetchTopicOffsets(prefix + topic))
    return offsets.toSorted((a, b) => a.partition - b.partition)
  }
  const startOffsets = async (topic: TopicName) => (await offsetsOf(topic)).map(({ low }) => Number(low))
  const endOffsets = async (topic: TopicName) => (await offsetsOf(topic)).map(({ high }) => Number(high))
  const logStart = async (topic: TopicName, partition: number): Promise<number> =>
    (await startOffsets(topic))[partition] ?? 0
  const follow = (
    topics: readonly TopicName[],
    own: Pick<FollowOptions, 'groupId' | 'follower' | 'inBulk'>,
  ): Promise<Following> => followGroup({ kafka, prefix, topics, logStart, ...own })

  return {
    engine: 'Kafka',
    partitions,
    get queued() {
      return commits.queued
    },
    get available() {
      return commits.available
    },
    get alarms() {
      return watch.alarms
    },
    hostIsEarly,
    append: (fact) => (isFact(fact) ? commits.append(entryOf(fact, partitions)) : refuseUnreadable(fact)),
    partitionOf: (key) => partitionOf(key, partitions),
    read: async (topic, partition, from, limit) => {
      const { low, high } = (await offsetsOf(topic))[partition] ?? { low: 0, high: 0 }
      const start = Math.max(from, Number(low))
      return readKafka({
        kafka,
        prefix,
        topic,
        partition,
        from: start,
        to: Math.min(Number(high), start + limit),
      })
    },
    async *readAt(topic, places, signal) {
      const offsets = await offsetsOf(topic)
      const [starts, ends] = [offsets.map(({ low }) => Number(low)), offsets.map(({ high }) => Number(high))]
      yield* readKafkaAt({ kafka, prefix, topic, places, starts, ends, signal, logStart })
    },
    follow: (topics, group, follower) => follow(topics, { groupId: prefix + group, follower }),
    followAll: (topics, follower, { inBulk = false } = {}) =>
      follow(topics, { groupId: `${prefix}all.${randomUUID()}`, follower, inBulk }),
    startOffsets,
    endOffsets,
    async close() {
      watch.close()
      await commits.close()
      await appender.close()
      await admin.close()
    },
  }
}

/** Whether a record was appended after now, and not by a little: the broker's clock and this host's differ. */
async function isHostEarly(admin: Admin, prefix: string): Promise<boolean> {
  const now = hostNow()
  for (const name of topicNames) {
    // The ends first: a partition without a later record answers with its end, which moves on while others write.
    const ends = await admin.fetchTopicOffsets(prefix + name)
    const later = await admin.fetchTopicOffsetsByTimestamp(prefix + name, now + CLOCK_TOLERANCE_MS)
    const endOf = new Map(ends.map(({ partition, high }) => [partition, Number(high)]))
    if (later.some(({ partition, offset }) => Number(offset) < (endOf.get(partition) ?? 0))) return true
  }
  return false
}

type WatchOptions = Pick<KafkaLedgerOptions, 'checkTopicsMs' | 'alarmed'>

/** Looks again and again: a topic's settings can be changed while Cufflink runs. */
function watchTopics(
  { checkTopicsMs = CHECK_TOPICS_MS, alarmed }: WatchOptions,
  look: () => Promise<readonly CufflinkError[]>,
): { readonly alarms: readonly CufflinkError[]; close(): void } {
  let alarms: readonly CufflinkError[] = []

  async function lookAgain(): Promise<void> {
    const found = await look()
    const before = new Set(alarms.map(({ message }) => message))
    alarms = found
    for (const alarm of found) if (!before.has(alarm.message)) alarmed?.(alarm)
  }

  // No answer is told by `available`.
  const timer = setInterval(() => void lookAgain().catch(() => undefined), checkTopicsMs)
  return {
    get alarms() {
      return alarms
    },
    close: () => clearInterval(timer),
  }
}
