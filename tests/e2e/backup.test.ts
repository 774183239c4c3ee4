import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { test } from 'node:test'
import { connectDevice, dumpSqlite, type Embedded, startEmbedded } from '@cufflink/testkit'
import { bloodPressure, enrolPatient, localInstant, openPractice } from './harness/practice.ts'
import { type Finished, runToEnd, temporaryFolder } from './harness/program.ts'

const cufflink = (stateDir: string, ...args: readonly string[]): Promise<Finished> =>
  runToEnd(process.execPath, ['scripts/cufflink.ts', ...args], { STATE_DIR: stateDir })

/** How many readings the ledger of a folder holds, of a patient or parked. */
const readingsIn = (stateDir: string): number =>
  (['readings', 'unassigned'] as const).flatMap((topic) => dumpSqlite(join(stateDir, 'ledger.db'), topic))
    .length

const ready = async ({ gatewayUrl }: Embedded): Promise<boolean> =>
  (await fetch(`${gatewayUrl}/health/ready`)).ok

test('a backup of a running program is restored elsewhere with all that was acknowledged before it', async () => {
  await using folder = await temporaryFolder()
  const [before, after] = [join(folder.path, 'before'), join(folder.path, 'after')]
  const saved = join(folder.path, 'saved.db')
  const practice = `backup-${randomUUID().slice(0, 8)}`
  {
    await using program = await startEmbedded({ stateDir: before })
    await openPractice(program.url, practice)
    const credentials = await enrolPatient(program.url, { practice, patient: 'p-1' })
    await using device = connectDevice({ url: program.mqttUrl, ...credentials })
    const publish = (...daysAgo: readonly number[]) =>
      Promise.all(daysAgo.map((days) => device.publish(bloodPressure(localInstant(days)))))
    await publish(20, 19, 18, 17, 16)
    const backup = await cufflink(before, 'backup', saved)
    assert.match(backup.out, /^Saved: .*saved\.db, \d+ facts/)
    await publish(15, 14)
    const refused = await cufflink(before, 'restore', saved)
    assert.match(refused.err, /^STATE_IN_USE: /)
  }
  assert.equal(readingsIn(before), 7)

  const restored = await cufflink(after, 'restore', saved)
  assert.match(restored.out, /^Restored: .*ledger\.db, \d+ facts/)
  await using program = await startEmbedded({ stateDir: after })
  assert.ok(await ready(program))
  assert.equal(readingsIn(after), 5)
})
