import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { recount, staysSilent, waitFor } from '@cufflink/testkit'
import { auditIsClean, comeToRest, withoutRestart } from './steps.ts'
import { type System, startDistributed, startEmbeddedSystem } from './system.ts'

const SILENCE_MS = 2_500

type Outage = { readonly stop: () => unknown; readonly resume: () => unknown }

/** A reading during an outage: sent, the connection cut, sent again by the same client; both while the ledger is stopped. */
async function withholds(system: System, { stop, resume }: Outage): Promise<void> {
  const { fleet, network } = system
  await withoutRestart(system, async () => {
    const n = fleet.sent
    await fleet.send(0, n)
    await stop()
    const puback = fleet.send(0, n + 1).then(() => true)
    assert.ok(await staysSilent(puback, SILENCE_MS), 'no PUBACK')
    network.cut()
    assert.ok(await staysSilent(puback, SILENCE_MS), 'no PUBACK after the connection was cut')
    await resume()
    await waitFor(() => puback, { what: 'the PUBACK' })
  })
  await comeToRest(system)
  await auditIsClean(system)
  const { tenant, patient } = system.devices[0]!
  const counted = recount(await system.dump('readings')).get(`${tenant}/${patient}`)
  assert.equal(counted?.size, fleet.sent, 'each reading counts once')
}

test('withholds PUBACK while Kafka stands still or is dead, and counts the retry once (P12)', async () => {
  await using system = await startDistributed({ devices: 1 })
  const [node] = system.kafka.nodes
  await withholds(system, { stop: () => node!.pause(), resume: () => node!.resume() })
  await withholds(system, { stop: () => node!.kill(), resume: () => node!.start() })
})

test('withholds PUBACK while the embedded ledger cannot commit, and counts the retry once (P12)', async () => {
  await using system = await startEmbeddedSystem({ devices: 1 })
  using other = new DatabaseSync(join(system.stateDir, 'ledger.db'), { timeout: 5_000 })
  await withholds(system, {
    stop: () => other.exec('BEGIN IMMEDIATE'),
    resume: () => other.exec('ROLLBACK'),
  })
})
