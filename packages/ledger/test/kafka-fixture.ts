import type { Admin } from 'kafkajs'
import kafkajs from 'kafkajs'
import { createKafka } from '../src/kafka/client.ts'

/** What an operator does to the cluster behind the ledger's back. */
export async function operatorOf(brokers: readonly string[]) {
  const admin: Admin = createKafka(brokers).admin()
  await admin.connect()
  const { TOPIC } = kafkajs.ConfigResourceTypes
  return {
    admin,
    /** Deletes what a partition holds before an offset. */
    async truncate(topic: string, partition: number, before: number): Promise<void> {
      // kafkajs looks for the partition's leader among topics that it was asked for before.
      await admin.fetchTopicOffsets(topic)
      await admin.deleteTopicRecords({ topic, partitions: [{ partition, offset: String(before) }] })
    },
    /** Sets these of a topic's settings, and all others back to the broker's. */
    async configure(topic: string, settings: Readonly<Record<string, string>>): Promise<void> {
      const configEntries = Object.entries(settings).map(([name, value]) => ({ name, value }))
      await admin.alterConfigs({
        validateOnly: false,
        resources: [{ type: TOPIC, name: topic, configEntries }],
      })
    },
    [Symbol.asyncDispose]: () => admin.disconnect(),
  }
}
