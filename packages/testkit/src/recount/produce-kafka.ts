import { Kafka, logLevel } from 'kafkajs'

export type RawRecord = { readonly key: string; readonly text: string }

/** Puts records on a topic of Kafka as they are, past the ledger and its checks. `topic` is the broker's name for it. */
export async function produceKafka(
  brokers: readonly string[],
  topic: string,
  records: readonly RawRecord[],
): Promise<void> {
  const producer = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING }).producer()
  try {
    await producer.connect()
    await producer.send({ topic, messages: records.map(({ key, text }) => ({ key, value: text })) })
  } finally {
    await producer.disconnect()
  }
}
