import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Kafka, logLevel } from 'kafkajs'
import { atRest, talliesOf } from './observed.ts'
import { auditIsClean, comeToRest, metric, more } from './steps.ts'
import { type Distributed, startDistributed } from './system.ts'

const DEVICES = 50
const READINGS = 20
const DELIVERIES = 10
const PER_SECOND = 500
const GROUP = 'cufflink.tracker'

let system: Distributed
before(async () => {
  system = await startDistributed({ devices: DEVICES })
})
after(() => system[Symbol.asyncDispose]())

test('ten shuffled deliveries of each reading, and one more to a gateway that was started again, count once (P8)', async () => {
  const { fleet, gateway } = system
  const each = Array.from({ length: DEVICES * READINGS }, (_, index) => ({
    device: index % DEVICES,
    n: Math.floor(index / DEVICES),
  }))
  const deliveries = shuffled(Array.from({ length: DELIVERIES }, () => each).flat())
  for (const [index, wave] of [deliveries, shuffled(each)].entries()) {
    // It remembers nothing then, and puts the copies on the ledger: the tallies must not count them either.
    if (index > 0) await gateway.stop().then(() => gateway.start())
    await Promise.all(wave.map(({ device, n }) => fleet.send(device, n)))
    await comeToRest(system)
    await auditIsClean(system)
    for (const dates of (await talliesOf(system)).values()) {
      assert.equal(
        [...dates.values()].reduce((sum, count) => sum + count, 0),
        READINGS,
      )
    }
    const rows = (await system.dump('readings')).length
    const expected = (index + 1) * each.length
    assert.ok(rows >= expected && rows < expected + each.length, `${rows} rows`)
  }
})

test('a tracker that sleeps past its session and wakes up again changes nothing (P7)', async (t) => {
  const { fleet, services } = system
  const [sleeper] = services.trackers
  fleet.publish(PER_SECOND)
  await more(fleet, PER_SECOND, 'acknowledged')
  sleeper!.pause()
  await more(fleet, PER_SECOND, 'acknowledged')
  await comeToRest(system) // the other tracker has all partitions now
  fleet.publish(PER_SECOND)
  await more(fleet, PER_SECOND, 'acknowledged')
  sleeper!.resume()
  await more(fleet, 3 * PER_SECOND, 'acknowledged')
  await comeToRest(system)
  await auditIsClean(system)
  const mismatches = await Promise.all(
    system.trackerUrls.map((url) => metric(url, 'cufflink_tracker_mismatches_total')),
  )
  t.diagnostic(`batches that met another watermark: ${mismatches.join(' and ')}`)
})

test('group offsets set to the end or deleted skip nothing: the watermark says where to begin', async () => {
  const { fleet, kafka, services } = system
  const admin = new Kafka({ brokers: [...kafka.brokers], logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  try {
    const toTheEnd = async (): Promise<void> => {
      const topic = 'cufflink.readings'
      const ends = await admin.fetchTopicOffsets(topic)
      const partitions = ends.map(({ partition, high }) => ({ partition, offset: high }))
      await admin.setOffsets({ groupId: GROUP, topic, partitions })
    }
    for (const meddle of [toTheEnd, () => admin.deleteGroups([GROUP])]) {
      await Promise.all(services.trackers.map((tracker) => tracker.stop()))
      fleet.publish(PER_SECOND)
      await more(fleet, PER_SECOND, 'acknowledged')
      fleet.rest()
      await fleet.settled()
      await meddle()
      await Promise.all(services.trackers.map((tracker) => tracker.start()))
      await atRest(system)
      await auditIsClean(system)
    }
  } finally {
    await admin.disconnect()
  }
})

/** In an order that is the same in each run. */
function shuffled<Item>(items: readonly Item[]): Item[] {
  const keyed = items.map((item, index) => ({ item, key: ((index * 7_919 + 104_729) % 15_485_863) % 9_973 }))
  return keyed.toSorted((a, b) => a.key - b.key).map(({ item }) => item)
}
