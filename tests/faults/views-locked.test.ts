import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { recount } from '@cufflink/testkit'
import { auditIsClean, comeToRest, withoutRestart } from './steps.ts'
import { startEmbeddedSystem } from './system.ts'

const WITHIN_MS = 60_000
const READINGS = 5

test('a lock on the views delays no PUBACK: readings are acknowledged one after the other while the pages wait for it', async () => {
  await using system = await startEmbeddedSystem({ devices: 1 })
  const { fleet, consoleUrl } = system
  const { tenant, patient } = system.devices[0]!
  const acknowledge = async (): Promise<void> => {
    for (let each = 0; each < READINGS; each += 1) await fleet.send(0, fleet.sent)
  }
  /** A server that acknowledged on the thread of the pages would answer the page between the first reading and the last. */
  async function outrunThePage(): Promise<boolean> {
    let answered = false
    const page = fetch(new URL('/health/live', consoleUrl)).then(() => (answered = true))
    await acknowledge()
    const outran = !answered
    await page
    return outran
  }

  await acknowledge()
  using other = new DatabaseSync(join(system.stateDir, 'views.db'), { timeout: 5_000 })
  await withoutRestart(system, async () => {
    other.exec('BEGIN IMMEDIATE')
    const until = performance.now() + WITHIN_MS
    let outran = false
    // The tracker waits for the lock again and again, each time for its busy timeout.
    while (!outran && performance.now() < until) outran = await outrunThePage()
    assert.ok(outran, 'readings were acknowledged while the pages waited for the lock')
    assert.ok(other.isTransaction, 'which was held all the while')
    other.exec('ROLLBACK')
  })
  await comeToRest(system)
  await auditIsClean(system)
  const counted = recount(await system.dump('readings')).get(`${tenant}/${patient}`)
  assert.equal(counted?.size, fleet.sent, 'each reading counts once')
})
