import { randomUUID } from 'node:crypto'
import type { DumpedRecord } from '@cufflink/contracts/recount'
import { Kafka, logLevel } from 'kafkajs'
import { waitFor } from '../engines/wait.ts'

/** Everything on a topic of Kafka up to its present end, each partition in its order. `topic` is the broker's name for it. */
export async function dumpKafka(brokers: readonly string[], topic: string): Promise<DumpedRecord[]> {
  const kafka = new Kafka({
    brokers: [...brokers],
    logLevel: logLevel.NOTHING,
    retry: { initialRetryTime: 100, retries: 20 },
  })
  const missing = await endsOf(kafka, topic)
  const found: DumpedRecord[] = []
  if (missing.size === 0) return found
  const consumer = kafka.consumer({ groupId: `dump-${randomUUID()}`, maxWaitTimeInMs: 100 })
  try {
    await consumer.connect()
    await consumer.subscribe({ topic, fromBeginning: true })
    await consumer.run({
      autoCommit: false,
      eachBatch: async ({ batch: { partition, messages } }) => {
        for (const { offset, key, value } of messages)
          found.push({
            partition,
            offset: Number(offset),
            key: key?.toString() ?? '',
            text: value?.toString() ?? '',
          })
        if (Number(messages.at(-1)?.offset ?? -1) + 1 >= (missing.get(partition) ?? 0))
          missing.delete(partition)
      },
    })
    await waitFor(() => missing.size === 0, { what: `the dump of ${topic}` })
  } finally {
    await consumer.disconnect()
  }
  return found.toSorted((a, b) => a.partition - b.partition || a.offset - b.offset)
}

/** Where each partition that holds something ends now. */
async function endsOf(kafka: Kafka, topic: string): Promise<Map<number, number>> {
  const admin = kafka.admin()
  await admin.connect()
  try {
    const offsets = await admin.fetchTopicOffsets(topic)
    const held = offsets.filter(({ high, low }) => Number(high) > Number(low))
    return new Map(held.map(({ partition, high }) => [partition, Number(high)]))
  } finally {
    await admin.disconnect()
  }
}
