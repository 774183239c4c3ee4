import { failure } from '@cufflink/contracts'
import type { Kafka, Producer, RecordMetadata, TopicMessages } from 'kafkajs'
import type { Entry, WriteBatch } from '../group-commit.ts'

const RETRIES = 2

export type KafkaAppender = { readonly write: WriteBatch; close(): Promise<void> }

/**
 * Writes batches with an idempotent producer, `acks=all`.
 *
 * kafkajs retries a failed batch with the same sequence numbers, so that the broker keeps it once. When it gives up, the
 * producer is thrown away. It must be: kafkajs has by then taken the sequence numbers back, and a *different* batch sent
 * under them could be taken for the lost one and acknowledged without being stored.
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
      const answers = await (await current).sendBatch({ acks: -1, topicMessages: byTopic(entries, prefix) })
      return offsetsOf(entries, answers, prefix)
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

/**
 * The offset of each entry. kafkajs 2.2.4 may resolve a batch that it did not send whole: when one broker has answered for
 * its partitions and another's have meanwhile moved to it, it takes the broker for done with and drops them (`sendMessages`
 * keeps its answers by broker). So a partition without an answer is not durable.
 * @throws {CufflinkError} LEDGER_UNAVAILABLE
 */
export function offsetsOf(
  entries: readonly Entry[],
  answers: readonly RecordMetadata[],
  prefix: string,
): readonly number[] {
  const next = new Map(answers.map((one) => [`${one.topicName}/${one.partition}`, Number(one.baseOffset)]))
  return entries.map(({ topic, partition }) => {
    const name = `${prefix}${topic}/${partition}`
    const offset = next.get(name)
    if (offset === undefined) throw failure('LEDGER_UNAVAILABLE', { detail: `No answer for ${name}.` })
    next.set(name, offset + 1)
    return offset
  })
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
