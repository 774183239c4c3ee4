import type { Kafka, Producer, TopicMessages } from 'kafkajs'
import type { Entry, WriteBatch } from './group-commit.ts'

const RETRIES = 2

export type KafkaAppender = { readonly write: WriteBatch; close(): Promise<void> }

/**
 * Writes batches with an idempotent producer, `acks=all`.
 *
 * kafkajs retries a failed batch with the same sequence numbers, so that the broker keeps it once. When it gives up, the
 * producer is thrown away. It must be: kafkajs has by then taken the sequence numbers back, and a *different* batch sent
 * under them could be taken for the lost one and acknowledged without being stored. And it may as well be soon: a timeout
 * does not make kafkajs look for another leader, a new producer does.
 */
export function createAppender(kafka: Kafka, prefix: string): KafkaAppender {
  let producer: Promise<Producer> | undefined

  async function connect(): Promise<Producer> {
    const next = kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      retry: { retries: RETRIES },
    })
    await next.connect()
    return next
  }

  async function write(entries: readonly Entry[]): Promise<readonly number[]> {
    producer ??= connect()
    const current = producer
    try {
      const sent = await (await current).sendBatch({ acks: -1, topicMessages: byTopic(entries, prefix) })
      const bases = new Map(
        sent.map(({ topicName, partition, baseOffset }) => [`${topicName}/${partition}`, Number(baseOffset)]),
      )
      return entries.map(({ topic, partition }) => {
        const name = `${prefix}${topic}/${partition}`
        const offset = bases.get(name)!
        bases.set(name, offset + 1)
        return offset
      })
    } catch (error) {
      producer = undefined
      void current.then((failed) => failed.disconnect()).catch(() => undefined)
      throw error
    }
  }

  return {
    write,
    async close() {
      await (await producer?.catch(() => undefined))?.disconnect()
    },
  }
}

function byTopic(entries: readonly Entry[], prefix: string): TopicMessages[] {
  const grouped = new Map<string, TopicMessages>()
  for (const { topic, partition, key, text } of entries) {
    let group = grouped.get(topic)
    if (group === undefined) grouped.set(topic, (group = { topic: prefix + topic, messages: [] }))
    group.messages.push({ partition, key, value: text })
  }
  return [...grouped.values()]
}
