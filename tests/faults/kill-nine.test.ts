import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { seeded } from '@cufflink/testkit'
import { pageIsRight } from './console-page.ts'
import { auditIsClean, comeToRest, more } from './steps.ts'
import { startDistributed, startEmbeddedSystem } from './system.ts'
import { type TallyWatch, watchTallies } from './watched.ts'

/** Each publishes once a second. As many as `FLEET_DEVICES` says: 500 in the nightly run. */
const DEVICES = Number(process.env['FLEET_DEVICES'] ?? 150)
/** A second of the fleet's readings. */
const SECOND = DEVICES
/** Further kills of a tracker: none here, 200 in `npm run nightly`. */
const TRACKER_KILLS = Number(process.env['TRACKER_KILLS'] ?? 0)
/** Longer than from a commit over the mark and the evaluation to the row: a kill may come in any of these steps. */
const STEPS_MS = 1_000

/** No tally ever said more than was sent, and they were looked at. */
function noneExceeds({ looks, exceeding }: TallyWatch): void {
  assert.deepEqual(exceeding.slice(0, 10), [])
  assert.ok(looks > 0, 'the tallies were read')
}

test(`kill -9 of each process in turn while ${DEVICES} devices publish loses, doubles and disorders nothing (P1–P4)`, async (t) => {
  await using system = await startDistributed({ devices: DEVICES })
  const { fleet, services, kafka, redis } = system
  await using watch = watchTallies(system)
  const anyStep = seeded(1)
  fleet.publish(SECOND)
  const victims = {
    gateway: services.gateway,
    tracker: services.trackers[0]!,
    console: services.console,
    Redis: redis,
    Kafka: kafka.nodes[0]!,
  }
  for (const [name, victim] of Object.entries(victims)) {
    await more(fleet, SECOND, 'acknowledged')
    await victim.kill()
    await more(fleet, SECOND, 'sent')
    await victim.start()
    const ms = await more(fleet, SECOND, 'acknowledged')
    t.diagnostic(`${name} is back; the next ${SECOND} PUBACKs took ${Math.round(ms)} ms`)
  }
  for (let kill = 0; kill < TRACKER_KILLS; kill += 1) {
    const tracker = services.trackers[kill % services.trackers.length]!
    await more(fleet, SECOND / 10, 'acknowledged')
    await pause(STEPS_MS * anyStep())
    await tracker.kill()
    await tracker.start()
  }
  const ms = await comeToRest(system)
  t.diagnostic(
    `${fleet.sent} sent, ${fleet.acknowledged} acknowledged; tallied ${Math.round(ms)} ms after the last`,
  )
  noneExceeds(watch)
  await auditIsClean(system)
  await pageIsRight(system)
})

test('kill -9 of the embedded program, five times under load, loses, doubles and disorders nothing (P1–P4)', async (t) => {
  await using system = await startEmbeddedSystem({ devices: DEVICES })
  const { fleet, program } = system
  await using watch = watchTallies(system)
  const anyStep = seeded(2)
  fleet.publish(SECOND)
  for (let round = 0; round < 5 + TRACKER_KILLS; round += 1) {
    await more(fleet, SECOND, 'acknowledged')
    await pause(STEPS_MS * anyStep())
    await program.kill()
    await program.start()
  }
  await comeToRest(system)
  t.diagnostic(`${fleet.sent} sent, ${fleet.acknowledged} acknowledged`)
  noneExceeds(watch)
  await auditIsClean(system)
  await pageIsRight(system)
})
