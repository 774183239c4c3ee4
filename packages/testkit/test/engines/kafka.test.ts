import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { StartedKafka } from '@cufflink/testkit'
import { startKafka, waitFor } from '@cufflink/testkit'
import { Kafka, logLevel } from 'kafkajs'
import { brokersSeenBy } from '../../src/engines/kafka/kafka-metadata.ts'

const topic = 'kept'

test('one node has its records after kill -9, on the same port', async () => {
  await using engine = await startKafka()
  await withTopic(engine, 1)
  await produce(engine, 'one')
  const [node] = engine.nodes
  const before = node?.pid
  await node?.kill()
  await node?.start()
  assert.notEqual(node?.pid, before)
  await produce(engine, 'two')
  assert.equal(await endOffset(engine), 2)
})

test('a folder that was given has the records when Kafka is started on it again', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'cufflink-given-'))
  try {
    {
      await using engine = await startKafka({ dir })
      await withTopic(engine, 1)
      await produce(engine, 'one')
    }
    await using again = await startKafka({ dir })
    assert.equal(await endOffset(again), 1)
  } finally {
    rmSync(dir, { recursive: true })
  }
})

test('of three nodes one may be killed or paused; without a second, nothing is acknowledged', async () => {
  await using engine = await startKafka({ nodes: 3 })
  const [first, second, third] = engine.nodes
  await withTopic(engine, 3)
  await produce(engine, 'all three')
  await first?.kill()
  await produce(engine, 'two of three')
  await first?.start()
  second?.pause()
  // kafkajs goes on asking the leader it knows when that one is silent: it has to learn of the new one first.
  const twoLeft = async (): Promise<boolean> => (await brokersSeenBy(portOf(engine, 2))).length === 2
  await waitFor(twoLeft, { what: 'the silent broker to be taken for gone' })
  await produce(engine, 'one is silent')
  second?.resume()
  await second?.kill()
  await third?.kill()
  await assert.rejects(produce(engine, 'alone', { retries: 0 }))
})

const portOf = ({ brokers }: StartedKafka, index: number): number => Number(brokers[index]?.split(':')[1])

const admin = ({ brokers }: StartedKafka, retries = 30) => client(brokers, retries).admin()

function client(brokers: readonly string[], retries: number): Kafka {
  const retry = { retries, initialRetryTime: 100, maxRetryTime: 500 }
  return new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING, requestTimeout: 3000, retry })
}

async function withTopic(engine: StartedKafka, replicationFactor: number): Promise<void> {
  const client = admin(engine)
  await client.connect()
  await client.createTopics({
    waitForLeaders: true,
    topics: [{ topic, numPartitions: 1, replicationFactor }],
  })
  await client.disconnect()
}

async function produce(engine: StartedKafka, value: string, { retries = 120 } = {}): Promise<void> {
  const producer = client(engine.brokers, retries).producer()
  try {
    await producer.connect()
    await producer.send({ topic, acks: -1, messages: [{ value }] })
  } finally {
    await producer.disconnect()
  }
}

async function endOffset(engine: StartedKafka): Promise<number> {
  const client = admin(engine)
  await client.connect()
  try {
    const offsets = await waitFor(() => client.fetchTopicOffsets(topic), {
      what: 'the offsets',
    })
    return Number(offsets[0]?.high)
  } finally {
    await client.disconnect()
  }
}
