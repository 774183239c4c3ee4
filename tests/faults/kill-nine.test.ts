import { test } from 'node:test'
import { pageIsRight } from './console-page.ts'
import { auditIsClean, comeToRest, more } from './steps.ts'
import { startDistributed, startEmbeddedSystem } from './system.ts'

const PER_SECOND = 500
/** A second of the fleet's readings. */
const SECOND = PER_SECOND

test('kill -9 of each process in turn while 500 devices publish loses, doubles and disorders nothing (P1–P4)', async (t) => {
  await using system = await startDistributed({ devices: 500 })
  const { fleet, services, kafka, redis } = system
  fleet.publish(PER_SECOND)
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
  const ms = await comeToRest(system)
  t.diagnostic(
    `${fleet.sent} sent, ${fleet.acknowledged} acknowledged; tallied ${Math.round(ms)} ms after the last`,
  )
  await auditIsClean(system)
  await pageIsRight(system)
})

test('kill -9 of the embedded program, five times under load, loses, doubles and disorders nothing (P1–P4)', async (t) => {
  await using system = await startEmbeddedSystem({ devices: 200 })
  const { fleet, program } = system
  fleet.publish(PER_SECOND)
  for (let round = 0; round < 5; round += 1) {
    await more(fleet, SECOND, 'acknowledged')
    await program.kill()
    await program.start()
  }
  await comeToRest(system)
  t.diagnostic(`${fleet.sent} sent, ${fleet.acknowledged} acknowledged`)
  await auditIsClean(system)
  await pageIsRight(system)
})
