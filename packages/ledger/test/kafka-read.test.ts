import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, test } from 'node:test'
import type { FactOf } from '@cufflink/contracts'
import { kafkaForTests, waitFor } from '@cufflink/testkit'
import type { Kafka } from 'kafkajs'
import { openKafkaLedger } from '../src/index.ts'
import { createKafka } from '../src/kafka/client.ts'
import { readKafkaAt } from '../src/kafka/read.ts'

const kafka = await kafkaForTests()
after(() => kafka[Symbol.asyncDispose]())

const PARTITIONS = 2
/** Several fetches of 1 MiB. */
const RECORDS = 12_000
const AT = 1_790_000_000_000

const parked = (device: string, n: number): FactOf<'reading.parked'> => ({
  id: `${device}-${n}`,
  type: 'reading.parked',
  v: 1,
  tenant: 'riverside',
  at: AT,
  by: `device:${device}`,
  data: {
    reading: {
      device,
      measuredAt: AT + n,
      gatewayReceivedAt: AT,
      clockQuality: 'synced',
      measurement: { kind: 'body-weight', weightKg: 80 },
    },
  },
})

/** The same client, whose consumers tell of each batch and heartbeat. */
function watched(client: Kafka) {
  const seen = { batches: [] as string[], heartbeats: 0 }
  const consumer: Kafka['consumer'] = (config) => {
    const made = client.consumer(config)
    made.on(made.events.HEARTBEAT, () => {
      seen.heartbeats += 1
    })
    made.on(made.events.START_BATCH_PROCESS, ({ payload: { partition, firstOffset } }) => {
      seen.batches.push(`${partition}/${firstOffset}`)
    })
    return made
  }
  return { seen, kafka: { consumer } as Kafka }
}

test('while a reader takes nothing, nothing more is fetched of what it wants, nor ever of where all has come', async () => {
  const prefix = `test.${randomUUID()}.`
  const ledger = await openKafkaLedger({ brokers: kafka.brokers, partitions: PARTITIONS, prefix })
  const devices = Array.from({ length: PARTITIONS }, (_, partition) => {
    for (let n = 0; ; n += 1) if (ledger.partitionOf(`cuff-${n}`) === partition) return `cuff-${n}`
  })
  for (const device of devices)
    await Promise.all(Array.from({ length: RECORDS }, (_, n) => ledger.append(parked(device, n))))
  const [starts, ends] = [await ledger.startOffsets('unassigned'), await ledger.endOffsets('unassigned')]
  await ledger.close()
  const first = { partition: 0, offset: 0 }
  const others = Array.from({ length: RECORDS / 500 }, (_, n) => ({ partition: 1, offset: n * 500 }))
  const { seen, kafka: client } = watched(createKafka(kafka.brokers))
  await using rows = readKafkaAt({
    kafka: client,
    prefix,
    topic: 'unassigned',
    places: [first, ...others],
    starts,
    ends,
    signal: AbortSignal.timeout(120_000),
    logStart: async () => 0,
  })
  const taken: (string | undefined)[] = []
  const take = async (count: number): Promise<void> => {
    for (; count > 0; count -= 1) {
      const { value } = await rows.next()
      taken.push(value && `${value.partition}/${value.offset}`)
    }
  }
  await take(2)
  seen.batches.length = 0
  const before = seen.heartbeats
  // The consumer goes round and round meanwhile.
  await waitFor(() => seen.heartbeats >= before + 4, { what: 'some heartbeats' })
  assert.deepEqual([...seen.batches], [])
  await take(others.length)
  assert.deepEqual(taken, [...[first, ...others].map((one) => `${one.partition}/${one.offset}`), undefined])
  const ofFirst = seen.batches.filter((batch) => batch.startsWith('0/'))
  assert.deepEqual(ofFirst, [])
  assert.equal(new Set(seen.batches).size, seen.batches.length, 'nothing is fetched twice')
})
