import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, test } from 'node:test'
import { CufflinkError, type TopicName, topicNames, topics } from '@cufflink/contracts'
import { enrolled, kafkaForTests } from '@cufflink/testkit'
import kafkajs from 'kafkajs'
import { openKafkaLedger } from '../src/index.ts'
import { ledgerConformance } from './conformance.ts'
import { operatorOf } from './kafka-fixture.ts'

const kafka = await kafkaForTests()
const { brokers } = kafka
after(() => kafka[Symbol.asyncDispose]())

ledgerConformance('The Kafka ledger', async () => {
  const prefix = `test.${randomUUID()}.`
  const reopen = () => openKafkaLedger({ brokers, partitions: 4, prefix })
  const truncate = async (topic: TopicName, partition: number, before: number) => {
    await using operator = await operatorOf(brokers)
    await operator.truncate(prefix + topic, partition, before)
  }
  return { ledger: await reopen(), reopen, truncate }
})

async function topicConfigs(prefix: string): Promise<Map<string, Map<string, string | null>>> {
  await using operator = await operatorOf(brokers)
  const { resources } = await operator.admin.describeConfigs({
    includeSynonyms: false,
    resources: topicNames.map((topic) => ({ type: kafkajs.ConfigResourceTypes.TOPIC, name: prefix + topic })),
  })
  return new Map(
    resources.map(({ resourceName, configEntries }) => [
      resourceName.slice(prefix.length),
      new Map(configEntries.map(({ configName, configValue }) => [configName, configValue])),
    ]),
  )
}

test('topics are made with their retention and min.insync.replicas, and never with other partitions', async () => {
  const prefix = `test.${randomUUID()}.`
  const ledger = await openKafkaLedger({ brokers, partitions: 3, prefix, minInsyncReplicas: 2 })
  assert.equal((await ledger.endOffsets('readings')).length, 3)
  await ledger.close()
  const configs = await topicConfigs(prefix)
  for (const topic of topicNames) {
    const { cleanup, retentionMs } = topics[topic]
    assert.equal(configs.get(topic)?.get('cleanup.policy'), cleanup)
    assert.equal(configs.get(topic)?.get('retention.ms'), String(retentionMs))
    assert.equal(configs.get(topic)?.get('min.insync.replicas'), '2')
  }
  await assert.rejects(openKafkaLedger({ brokers, partitions: 4, prefix }), (error) => {
    return error instanceof CufflinkError && error.code === 'LEDGER_TOPICS_DIFFER'
  })
})

test('a host whose clock is well before what the broker appended last is refused, until a person has checked it', async (t) => {
  const prefix = `test.${randomUUID()}.`
  const options = { brokers, partitions: 2, prefix }
  const ledger = await openKafkaLedger(options)
  await ledger.append(enrolled(1))
  await ledger.close()
  assert.equal((await topicConfigs(prefix)).get('rejected')?.get('message.timestamp.type'), 'LogAppendTime')
  await (await openKafkaLedger(options)).close()
  const now = Date.now()
  t.mock.method(Date, 'now', () => now - 2 * 3_600_000)
  await assert.rejects(openKafkaLedger(options), (error) => {
    return error instanceof CufflinkError && error.code === 'CLOCK_BEFORE_LEDGER'
  })
  await (await openKafkaLedger({ ...options, clockChecked: true })).close()
})

test('a host whose clock shows 1970 is refused on new topics, though a person said that it is checked', async (t) => {
  t.mock.method(Date, 'now', () => 61_086)
  const options = { brokers, partitions: 2, prefix: `test.${randomUUID()}.`, clockChecked: true }
  await assert.rejects(openKafkaLedger(options), (error) => {
    return error instanceof CufflinkError && error.code === 'CLOCK_IMPOSSIBLE'
  })
})
