import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { Redis } from 'ioredis'
import { Kafka, logLevel } from 'kafkajs'
import { comeToRest, more } from './steps.ts'
import { type Distributed, startDistributed } from './system.ts'

const READINGS = 'cufflink.readings'

/** Deletes every reading that is on the ledger so far, as a retention someone set by mistake would. */
async function loseReadings({ kafka }: Distributed): Promise<void> {
  const admin = new Kafka({ brokers: [...kafka.brokers], logLevel: logLevel.NOTHING }).admin()
  await using stack = new AsyncDisposableStack()
  stack.defer(() => admin.disconnect())
  await admin.connect()
  // Which makes the client learn who leads the topic's partitions.
  const ends = await admin.fetchTopicOffsets(READINGS)
  await admin.deleteTopicRecords({
    topic: READINGS,
    partitions: ends.map(({ partition, high }) => ({ partition, offset: high })),
  })
}

test('facts that the ledger lost before they were tallied end the tracker, rather than being passed over', async () => {
  await using system = await startDistributed({ devices: 20 })
  const { fleet, redis, services } = system
  const [tracker, other] = services.trackers
  fleet.publish(100)
  await more(fleet, 200, 'acknowledged')
  await comeToRest(system)
  await Promise.all([tracker!.stop(), other!.stop()])
  const views = new Redis(redis.url)
  await views.flushall().finally(() => views.disconnect())
  await loseReadings(system)
  // A partition without a record tells no one that there were some.
  fleet.publish(100)
  await more(fleet, 200, 'acknowledged')
  fleet.rest()
  assert.equal(await tracker!.startToEnd(), 'code 1')
  const log = await readFile(join(services.dir, 'tracker-1.log'), 'utf8')
  assert.match(log, /"code":"LEDGER_GAP"/)
})
