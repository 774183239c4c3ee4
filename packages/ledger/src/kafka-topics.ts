import { failure, type TopicName, topicNames, topics } from '@cufflink/contracts'
import type { Admin } from 'kafkajs'

export type TopicOptions = {
  /** Put before every topic's name, so that several practices or tests can share a broker. */
  readonly prefix: string
  readonly partitions: number
  readonly replicationFactor: number
  readonly minInsyncReplicas: number
}

/**
 * Makes the topics that are missing, with explicit partitions, retention and `min.insync.replicas`.
 * @throws {CufflinkError} LEDGER_TOPICS_DIFFER when one is there with another number of partitions: keys would move.
 */
export async function ensureTopics(admin: Admin, options: TopicOptions): Promise<void> {
  const existing = new Set(await admin.listTopics())
  const missing = topicNames.filter((topic) => !existing.has(options.prefix + topic))
  if (missing.length > 0) {
    await admin.createTopics({
      waitForLeaders: true,
      topics: missing.map((topic) => describe(topic, options)),
    })
  }
  const metadata = await admin.fetchTopicMetadata({
    topics: topicNames.map((topic) => options.prefix + topic),
  })
  for (const { name, partitions } of metadata.topics) {
    if (partitions.length !== options.partitions)
      throw failure('LEDGER_TOPICS_DIFFER', { detail: `${name} has ${partitions.length}.` })
  }
}

function describe(
  topic: TopicName,
  { prefix, partitions, replicationFactor, minInsyncReplicas }: TopicOptions,
) {
  const { cleanup, retentionMs } = topics[topic]
  return {
    topic: prefix + topic,
    numPartitions: partitions,
    replicationFactor,
    configEntries: [
      { name: 'cleanup.policy', value: cleanup },
      { name: 'retention.ms', value: String(retentionMs) },
      { name: 'min.insync.replicas', value: String(minInsyncReplicas) },
    ],
  }
}
