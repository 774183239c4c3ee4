import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { FactOf } from '@cufflink/contracts'
import { startKafka, waitFor } from '@cufflink/testkit'
import { followToEnd, openKafkaLedger } from '../src/index.ts'
import { createKafka } from '../src/kafka/client.ts'
import { operatorOf } from './kafka-fixture.ts'

// A broker that compacts at once: by default it looks every 15 s.
const kafka = await startKafka({ extraProperties: { 'log.cleaner.backoff.ms': '100' } })
const { brokers } = kafka
after(() => kafka[Symbol.asyncDispose]())

const AT = 1_790_000_000_000
const signedOut = (user: string): FactOf<'user.signed-out'> => ({
  id: user,
  type: 'user.signed-out',
  v: 1,
  tenant: 'riverside',
  at: AT,
  by: `user:${user}`,
  data: { user, signedOutAt: AT },
})
const parked: FactOf<'reading.parked'> = {
  id: 'parked',
  type: 'reading.parked',
  v: 1,
  tenant: 'riverside',
  at: AT,
  by: 'device:cuff',
  data: {
    reading: {
      device: 'cuff',
      measuredAt: AT,
      gatewayReceivedAt: AT,
      clockQuality: 'synced',
      measurement: { kind: 'body-weight', weightKg: 80 },
    },
  },
}

test('a partition of which everything was deleted holds up no one who follows it to its end', async () => {
  const ledger = await openKafkaLedger({ brokers, partitions: 1, prefix: 'deleted.' })
  await ledger.append(parked)
  await using operator = await operatorOf(brokers)
  await operator.truncate('deleted.unassigned', 0, 1)
  assert.deepEqual(await ledger.startOffsets('unassigned'), [1])
  const found: string[] = []
  const following = await followToEnd(ledger, 'unassigned', ({ id }) => void found.push(id))
  assert.equal(found.length, 0)
  await ledger.append({ ...parked, id: 'later' })
  await waitFor(() => found.includes('later'), { what: 'what came after' })
  await following.close()
  await ledger.close()
})

test('what is deleted while it is waited for is waited for no longer', async () => {
  const ledger = await openKafkaLedger({ brokers, partitions: 1, prefix: 'waited.' })
  await ledger.append(parked)
  await using operator = await operatorOf(brokers)
  const late: typeof ledger = {
    ...ledger,
    async followAll(topics, follower) {
      await operator.truncate('waited.unassigned', 0, 1)
      return ledger.followAll(topics, follower)
    },
  }
  const nothing = await followToEnd(late, 'unassigned', ({ id }) => assert.fail(`${id} was handed over`))
  await nothing.close()
  await ledger.close()
})

test('a hole that compaction leaves at the end of a segment is stepped over', async () => {
  const prefix = 'compacted.'
  const topic = `${prefix}registry`
  const ledger = await openKafkaLedger({ brokers, partitions: 1, prefix })
  await using operator = await operatorOf(brokers)
  await operator.configure(topic, {
    'cleanup.policy': 'compact',
    'segment.bytes': '1048576',
    'segment.ms': '50',
    'min.cleanable.dirty.ratio': '0.001',
  })
  const producer = createKafka(brokers).producer()
  await producer.connect()
  const text = (user: string): string => JSON.stringify(signedOut(user))
  // Two of them are more than a segment: what is left of it stays in a segment of its own.
  const large = (user: string): string => text(user).padEnd(600_000)
  const send = (values: Readonly<Record<string, string>>) =>
    producer.send({ topic, messages: Object.entries(values).map(([key, value]) => ({ key, value })) })
  await send({ ada: large('ada'), bo: text('bo') })
  await send({ bo: text('bo'), cy: large('cy') })

  let last = 0
  await waitFor(
    async () => {
      await send({ [`user-${(last += 1)}`]: text(`user-${last}`) })
      const offsets = (await ledger.read('registry', 0, 0, 3)).map(({ offset }) => offset)
      return offsets[1] === 2
    },
    { what: 'the compaction' },
  )
  const found: string[] = []
  const following = await followToEnd(ledger, 'registry', ({ id }) => found.push(id))
  assert.deepEqual(found.slice(0, 3), ['ada', 'bo', 'cy'])
  assert.equal(found.at(-1), `user-${last}`)
  await following.close()
  await producer.disconnect()
  await ledger.close()
})
