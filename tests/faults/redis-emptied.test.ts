import assert from 'node:assert/strict'
import { cp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { staysSilent, waitFor } from '@cufflink/testkit'
import { Redis } from 'ioredis'
import { Kafka, logLevel } from 'kafkajs'
import { pageIsRight } from './console-page.ts'
import { atRest } from './observed.ts'
import { auditIsClean, comeToRest, more } from './steps.ts'
import { type Distributed, startDistributed } from './system.ts'

/** Each publishes once a second. As many as `FLEET_DEVICES` says: 500 in the nightly run. */
const DEVICES = Number(process.env['FLEET_DEVICES'] ?? 150)
const SECOND = DEVICES
/** A call of the views is given up after 2 s: by now the trackers have asked for their watermarks in vain. */
const GIVEN_UP_MS = 3_000

let system: Distributed
before(async () => {
  system = await startDistributed({ devices: DEVICES })
})
after(() => system[Symbol.asyncDispose]())

test('a Redis emptied twice under load is filled again (P6)', async () => {
  const { fleet } = system
  fleet.publish(SECOND)
  for (let round = 0; round < 2; round += 1) {
    await more(fleet, 2 * SECOND, 'acknowledged')
    await empty()
  }
  await more(fleet, SECOND, 'acknowledged')
  await comeToRest(system)
  await auditIsClean(system)
  await pageIsRight(system)
})

test('a Redis emptied while nothing comes in is filled again by itself (P6)', async (t) => {
  await comeToRest(system)
  await empty()
  const ms = await atRest(system)
  t.diagnostic(`${system.fleet.acknowledged} readings were tallied again after ${Math.round(ms)} ms`)
  await auditIsClean(system)
  await pageIsRight(system)
})

test('a Redis rolled back to a copy of its log from seconds ago comes to the same tallies (P6)', async (t) => {
  const { fleet, redis } = system
  const log = join(redis.dir, 'appendonlydir')
  const copy = join(redis.dir, 'copy')
  fleet.publish(SECOND)
  await more(fleet, SECOND, 'acknowledged')
  await cp(log, copy, { recursive: true })
  await more(fleet, 2 * SECOND, 'acknowledged')
  await redis.kill()
  await rm(log, { recursive: true })
  await cp(copy, log, { recursive: true })
  await redis.start()
  const since = performance.now()
  fleet.rest()
  await fleet.settled()
  await atRest(system)
  t.diagnostic(`the same tallies ${Math.round(performance.now() - since)} ms after Redis was back`)
  await auditIsClean(system)
  await pageIsRight(system)
})

test('trackers started while Redis is away fill it again once it is there, with nothing new coming in (P6)', async () => {
  const { redis, services } = system
  await comeToRest(system)
  await Promise.all(services.trackers.map((tracker) => tracker.stop()))
  await redis.kill()
  const started = Promise.all(services.trackers.map((tracker) => tracker.start()))
  await joined()
  assert.ok(await staysSilent(started, GIVEN_UP_MS), 'no tracker is ready without Redis')
  await rm(join(redis.dir, 'appendonlydir'), { recursive: true })
  await redis.start()
  await started
  await atRest(system)
  await auditIsClean(system)
})

/** Resolves when the trackers have all partitions. */
async function joined(): Promise<void> {
  const admin = new Kafka({ brokers: [...system.kafka.brokers], logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  try {
    const stable = async (): Promise<boolean> => {
      const [group] = (await admin.describeGroups(['cufflink.tracker'])).groups
      return group?.state === 'Stable' && group.members.length === system.services.trackers.length
    }
    await waitFor(stable, { what: 'the trackers to join their group', everyMs: 100 })
  } finally {
    await admin.disconnect()
  }
}

async function empty(): Promise<void> {
  const redis = new Redis(system.redis.url)
  try {
    assert.equal(await redis.flushall(), 'OK')
    await waitFor(async () => (await redis.dbsize()) >= 0, { what: 'Redis to answer' })
  } finally {
    redis.disconnect()
  }
}
