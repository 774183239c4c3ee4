import { waitFor } from '@cufflink/testkit'
import type { Admin } from 'kafkajs'
import kafkajs from 'kafkajs'
import { createKafka } from '../src/kafka/client.ts'

/** What an operator does to the cluster behind the ledger's back. */
export async function operatorOf(brokers: readonly string[]) {
  const admin: Admin = createKafka(brokers).admin()
  await admin.connect()
  const { TOPIC } = kafkajs.ConfigResourceTypes
  const { TOPIC_CONFIG } = kafkajs.ConfigSource
  return {
    admin,
    /** Deletes what a partition holds before an offset. */
    async truncate(topic: string, partition: number, before: number): Promise<void> {
      // kafkajs looks for the partition's leader among topics that it was asked for before.
      await admin.fetchTopicOffsets(topic)
      await admin.deleteTopicRecords({ topic, partitions: [{ partition, offset: String(before) }] })
    },
    /** Sets these of a topic's settings, and all others back to the broker's. Resolves once the broker says so too. */
    async configure(topic: string, settings: Readonly<Record<string, string>>): Promise<void> {
      const configEntries = Object.entries(settings).map(([name, value]) => ({ name, value }))
      await admin.alterConfigs({
        validateOnly: false,
        resources: [{ type: TOPIC, name: topic, configEntries }],
      })
      // The controller has taken it; the broker that is asked learns of it a little later.
      const isKnown = async (): Promise<boolean> => {
        const { resources } = await admin.describeConfigs({
          includeSynonyms: false,
          resources: [{ type: TOPIC, name: topic }],
        })
        const own = resources[0]!.configEntries.filter(({ configSource }) => configSource === TOPIC_CONFIG)
        return (
          own.length === configEntries.length &&
          own.every(({ configName, configValue }) => settings[configName] === configValue)
        )
      }
      await waitFor(isKnown, { what: `the settings of ${topic}` })
    },
    [Symbol.asyncDispose]: () => admin.disconnect(),
  }
}
