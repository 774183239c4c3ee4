import { type CufflinkError, failure, type TopicName, topicNames } from '@cufflink/contracts'
import type { Admin } from 'kafkajs'
import kafkajs from 'kafkajs'
import { settingsOf, unsafeSettings } from './topic-settings.ts'

export type TopicOptions = {
  /** Put before every topic's name, so that several practices or tests can share a broker. */
  readonly prefix: string
  readonly partitions: number
  readonly replicationFactor: number
  readonly minInsyncReplicas: number
}

/** Makes the topics that are missing, with explicit partitions and settings. Those that are there stay as they are. */
export async function makeTopics(admin: Admin, options: TopicOptions): Promise<void> {
  const { prefix, partitions: numPartitions, replicationFactor } = options
  const existing = new Set(await admin.listTopics())
  const missing = topicNames.filter((topic) => !existing.has(prefix + topic))
  if (missing.length === 0) return
  await admin.createTopics({
    waitForLeaders: true,
    topics: missing.map((topic) => ({
      topic: prefix + topic,
      numPartitions,
      replicationFactor,
      configEntries: settingsOf(topic, options).map(({ name, made }) => ({ name, value: made })),
    })),
  })
}

/**
 * What is wrong with the topics as they are: LEDGER_TOPICS_DIFFER, as keys would move with another number of partitions;
 * LEDGER_TOPIC_UNSAFE, where a setting would delete or lose facts, the broker's defaults included.
 */
export async function faultsOfTopics(admin: Admin, options: TopicOptions): Promise<readonly CufflinkError[]> {
  const { prefix } = options
  const { topics } = await admin.fetchTopicMetadata({ topics: topicNames.map((topic) => prefix + topic) })
  const differing = topics
    .filter(({ partitions }) => partitions.length !== options.partitions)
    .map(({ name, partitions }) =>
      failure('LEDGER_TOPICS_DIFFER', { detail: `${name} has ${partitions.length}.` }),
    )
  const unsafe = [...(await settingsAsTheyAre(admin, prefix))].flatMap(([topic, values]) =>
    unsafeSettings(topic, options, values).map(({ name, value, needed, made }) => {
      const set = `kafka-configs.sh --alter --topic ${prefix}${topic} --add-config ${name}=${made}`
      const detail = `${prefix}${topic} has ${name}=${value}; it must be ${needed}. Set it: ${set}`
      return failure('LEDGER_TOPIC_UNSAFE', { detail })
    }),
  )
  return [...differing, ...unsafe]
}

async function settingsAsTheyAre(
  admin: Admin,
  prefix: string,
): Promise<ReadonlyMap<TopicName, ReadonlyMap<string, string>>> {
  const type = kafkajs.ConfigResourceTypes.TOPIC
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: topicNames.map((topic) => ({ type, name: prefix + topic })),
  })
  return new Map(
    resources.map(({ resourceName, configEntries }) => [
      resourceName.slice(prefix.length) as TopicName,
      new Map(configEntries.map(({ configName, configValue }) => [configName, configValue])),
    ]),
  )
}
