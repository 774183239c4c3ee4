import { randomUUID } from 'node:crypto'
import { keyOf, type TopicName, topicOf } from '@cufflink/contracts'
import { createGroupCommit } from './group-commit.ts'
import { createAdmin } from './kafka-admin.ts'
import { createAppender } from './kafka-append.ts'
import { createKafka } from './kafka-client.ts'
import { followGroup } from './kafka-follow.ts'
import { readKafka } from './kafka-read.ts'
import { ensureTopics, type TopicOptions } from './kafka-topics.ts'
import { partitionOf } from './partitioner.ts'
import type { Follower, Following, Ledger } from './port.ts'

export type KafkaLedgerOptions = Partial<TopicOptions> & {
  /** `host:port` of some of the brokers. */
  readonly brokers: readonly string[]
  readonly partitions: number
}

const OPEN_WITHIN_MS = 30_000

/**
 * The distributed ledger: Kafka through kafkajs, idempotent, `acks=all`.
 * @throws {CufflinkError} LEDGER_UNAVAILABLE when no broker answers at the start · LEDGER_TOPICS_DIFFER
 */
export async function openKafkaLedger(options: KafkaLedgerOptions): Promise<Ledger> {
  const { brokers, partitions, prefix = 'cufflink.', replicationFactor = 1, minInsyncReplicas = 1 } = options
  const kafka = createKafka(brokers)
  const admin = createAdmin(kafka)
  const topics = { prefix, partitions, replicationFactor, minInsyncReplicas }
  try {
    await admin.ask((connected) => ensureTopics(connected, topics), OPEN_WITHIN_MS)
  } catch (error) {
    await admin.close()
    throw error
  }
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
  const follow = (topics: readonly TopicName[], groupId: string, follower: Follower): Promise<Following> =>
    followGroup({ kafka, prefix, topics, groupId, follower, logStart })

  return {
    engine: 'Kafka',
    partitions,
    get queued() {
      return commits.queued
    },
    get available() {
      return commits.available
    },
    append: (fact) => {
      const key = keyOf(fact)
      return commits.append({
        topic: topicOf(fact.type),
        partition: partitionOf(key, partitions),
        key,
        text: JSON.stringify(fact),
      })
    },
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
    follow: (topics, group, follower) => follow(topics, prefix + group, follower),
    followAll: (topics, follower) => follow(topics, `${prefix}all.${randomUUID()}`, follower),
    startOffsets,
    endOffsets,
    async close() {
      await commits.close()
      await appender.close()
      await admin.close()
    },
  }
}
