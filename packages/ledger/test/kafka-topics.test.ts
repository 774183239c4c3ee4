import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { type CufflinkError, topicNames } from '@cufflink/contracts'
import { startKafka, waitFor } from '@cufflink/testkit'
import { openKafkaLedger } from '../src/index.ts'
import { operatorOf } from './kafka-fixture.ts'

// What an administrator may have set for every topic of the cluster: a topic that does not say otherwise has it.
const kafka = await startKafka({
  extraProperties: {
    'log.retention.bytes': '1000000',
    'log.retention.ms': '60000',
    'unclean.leader.election.enable': 'true',
  },
})
const { brokers } = kafka
after(() => kafka[Symbol.asyncDispose]())

const unsafe = (told: RegExp) => (error: CufflinkError) =>
  error.code === 'LEDGER_TOPIC_UNSAFE' && told.test(error.message)

test('the topics that are made keep what they must, whatever the broker does by default', async () => {
  const options = { brokers, partitions: 1, prefix: 'made.' }
  await (await openKafkaLedger(options)).close()
  await (await openKafkaLedger(options)).close()
})

test('topics whose settings would delete or lose facts are refused, by topic, setting and value', async () => {
  const prefix = 'unsafe.'
  const options = { brokers, partitions: 1, prefix, minInsyncReplicas: 1 }
  await (await openKafkaLedger(options)).close()
  await using operator = await operatorOf(brokers)
  const always = { 'retention.bytes': '-1', 'unclean.leader.election.enable': 'false' }
  const forever = { ...always, 'cleanup.policy': 'delete', 'retention.ms': '-1' }
  const compacted = { ...always, 'cleanup.policy': 'compact' }
  const months = {
    ...always,
    'retention.ms': String(91 * 86_400_000),
    'message.timestamp.type': 'LogAppendTime',
  }
  const right = {
    readings: forever,
    activity: forever,
    registry: compacted,
    unassigned: { ...forever, 'message.timestamp.type': 'LogAppendTime' },
    rejected: months,
  }
  for (const topic of topicNames) await operator.configure(prefix + topic, right[topic])
  await (await openKafkaLedger(options)).close()

  for (const [topic, wrong, told] of [
    [
      'readings',
      { 'retention.ms': '60000' },
      /unsafe\.readings has retention\.ms=60000; it must be -1\. Set it: .*retention\.ms=-1/,
    ],
    ['readings', { 'cleanup.policy': 'compact' }, /cleanup\.policy=compact; it must be delete/],
    ['activity', { 'retention.bytes': '5000000' }, /unsafe\.activity has retention\.bytes=5000000/],
    [
      'registry',
      { 'cleanup.policy': 'delete' },
      /unsafe\.registry has cleanup\.policy=delete; it must be compact/,
    ],
    ['registry', { 'cleanup.policy': 'compact,delete' }, /cleanup\.policy=compact,delete/],
    [
      'rejected',
      { 'retention.ms': '3600000' },
      /unsafe\.rejected has retention\.ms=3600000; it must be -1, or 7776000000 or more/,
    ],
    // What waits for a patient is kept until it has one.
    [
      'unassigned',
      { 'retention.ms': String(91 * 86_400_000) },
      /unsafe\.unassigned has retention\.ms=7862400000/,
    ],
    ['rejected', { 'message.timestamp.type': 'CreateTime' }, /message\.timestamp\.type=CreateTime/],
    ['activity', { 'unclean.leader.election.enable': 'true' }, /unclean\.leader\.election\.enable=true/],
    ['activity', { 'max.message.bytes': '100000' }, /max\.message\.bytes=100000; it must be 1048588 or more/],
  ] as const) {
    await operator.configure(prefix + topic, { ...right[topic], ...wrong })
    await assert.rejects(openKafkaLedger(options), unsafe(told), String(told))
    await operator.configure(prefix + topic, right[topic])
  }
  await assert.rejects(
    openKafkaLedger({ ...options, minInsyncReplicas: 2 }),
    unsafe(/min\.insync\.replicas=1; it must be 2 or more/),
  )
  // What is not said of the topic is the broker's: it is seen as well.
  await operator.configure(`${prefix}readings`, { 'cleanup.policy': 'delete', 'retention.ms': '-1' })
  await assert.rejects(
    openKafkaLedger(options),
    unsafe(/unsafe\.readings has retention\.bytes=1000000; it must be -1/),
  )
})

test('a setting that is changed while the ledger is open becomes an alarm, and none once it is right again', async () => {
  const alarms: CufflinkError[] = []
  const options = { brokers, partitions: 1, prefix: 'changed.', checkTopicsMs: 100 }
  const ledger = await openKafkaLedger({ ...options, alarmed: (alarm) => alarms.push(alarm) })
  assert.equal(ledger.alarms.length, 0)
  await using operator = await operatorOf(brokers)
  const right = { 'retention.bytes': '-1', 'unclean.leader.election.enable': 'false', 'retention.ms': '-1' }
  await operator.configure('changed.readings', { ...right, 'retention.ms': '60000' })
  await waitFor(() => ledger.alarms.length === 1, { what: 'the alarm' })
  assert.match(ledger.alarms[0]!.message, /changed\.readings has retention\.ms=60000/)
  await operator.configure('changed.readings', right)
  await waitFor(() => ledger.alarms.length === 0, { what: 'the alarm to end' })
  assert.equal(alarms.length, 1, 'told once')
  await ledger.close()
})
