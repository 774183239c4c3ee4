import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { FactOf } from '@cufflink/contracts'
import { type Ledger, openSqliteLedger } from '@cufflink/ledger'
import { createLifecycle, createLogger, loadConfig } from '@cufflink/runtime'
import {
  audit,
  dumpSqlite,
  type FaultDevice,
  faultDevices,
  measuredAtOf,
  openJournal,
  readingName,
  readJournal,
  registerFaultDevices,
  type Violation,
} from '@cufflink/testkit'
import { startTracker, TrackerConfig } from '@cufflink/tracker'
import type { Views } from '@cufflink/views'
// Not through the package's door: the guard is for mutants alone.
import { type CommitGuard, openGuardedSqliteViews } from '../../../packages/views/src/sqlite/views.ts'
import { atRest, talliesOf } from '../observed.ts'

const PARTITIONS = 1
const DEVICES = 4
const NEVER_RESTS_MS = 3_000

/** What is done wrong on purpose; nothing unless told. */
export type Mutation = {
  readonly guard?: CommitGuard
  /** The views as the tracker meets them. */
  readonly views?: (views: Views) => Views
  /** The ledger as the tracker meets it. */
  readonly ledger?: (ledger: Ledger) => Ledger
  /** How many trackers take themselves for the owner of every partition at once; 1 unless told. */
  readonly owners?: number
  /** The zone in which the days of a patient are counted. */
  readonly zoneOf?: (device: FaultDevice) => string
  /** Whether the tracker never gets to where it is to be: what it has done by then is what counts. */
  readonly neverRests?: true
}

/**
 * The whole way from the ledger to the tallies in this process: a tracker that comes late, copies, and views that are
 * rolled back while patients they knew of fall silent. @returns what the recount finds wrong.
 */
export async function trackedThroughRollback(mutation: Mutation = {}): Promise<Violation[]> {
  await using stack = new AsyncDisposableStack()
  const dir = mkdtempSync(join(tmpdir(), 'cufflink-mutant-'))
  stack.defer(() => rmSync(dir, { recursive: true, force: true }))
  const path = join(dir, 'views.db')
  const ledger = stack.adopt(await openSqliteLedger({ dir, partitions: PARTITIONS }), (one) => one.close())
  const guard = mutation.guard ?? ((watermark, { expected }) => watermark === expected)
  const views = stack.adopt(await openGuardedSqliteViews({ path }, guard), (one) => one.close())
  const devices = faultDevices(DEVICES, 'riverside')
  await registerFaultDevices(ledger, devices)
  const journal = { path: join(dir, 'journal'), ...openJournal(join(dir, 'journal')) }
  stack.defer(() => journal.close())
  const observed = { views, ends: ledger.endOffsets, devices, partitions: PARTITIONS }

  async function record(who: readonly FaultDevice[], from: number, to: number): Promise<void> {
    for (let n = from; n < to; n += 1) {
      for (const device of who) {
        const name = readingName(device.device, measuredAtOf(n))
        journal.sent(name)
        await ledger.append(recorded(device, n))
        journal.acknowledged(name)
      }
    }
  }

  await record(devices, 0, 30)
  const mutated = { ledger: mutation.ledger?.(ledger) ?? ledger, views: mutation.views?.(views) ?? views }
  const owners = Array.from({ length: mutation.owners ?? 1 }, () => startMutant(dir, mutated))
  const trackers = await Promise.all(owners)
  for (const { stop } of trackers) stack.defer(stop)
  const { signal } = trackers[0]!
  const rest = async (): Promise<void> => {
    if (mutation.neverRests !== true) return void (await atRest(observed, { signal }))
    await atRest(observed, { signal, withinMs: NEVER_RESTS_MS }).catch(() => undefined)
  }
  await rest()
  await record(devices, 20, 40) // the first half again
  await rest()
  const rollBack = snapshotOf(path)
  await record(devices, 40, 50)
  await rest()
  rollBack()
  await record(devices.slice(0, 1), 50, 60)
  await rest()

  const dump = { readings: dumpSqlite(join(dir, 'ledger.db'), 'readings'), unassigned: [], rejected: [] }
  const zones = new Map(devices.map(({ tenant, patient, zone }) => [`${tenant}/${patient}`, zone]))
  const tallies = await talliesOf(observed, mutation.zoneOf)
  return audit({ journal: readJournal(journal.path), dump, zones, tallies })
}

async function startMutant(dir: string, { ledger, views }: { ledger: Ledger; views: Views }) {
  const logger = createLogger({ service: 'tracker', level: 'silent' })
  const lifecycle = createLifecycle({ logger, service: 'tracker' })
  // Longer than the test: it is the commit that must notice, not the look from time to time.
  const env = { STATE_DIR: dir, TRACKER_HTTP_PORT: '0', TRACKER_VERIFY_MS: '60000' }
  const config = loadConfig(TrackerConfig, { env })
  await lifecycle.start(async () => void (await startTracker({ config, ledger, views, logger, lifecycle })))
  return { signal: lifecycle.signal, stop: () => lifecycle.stop({ reason: 'the test has ended' }) }
}

/** @returns a function that puts the views back to what they are now. */
function snapshotOf(path: string): () => void {
  const copy = `${path}.copy`
  using database = new DatabaseSync(path)
  database.prepare('VACUUM INTO ?').run(copy)
  return () => {
    using again = new DatabaseSync(path)
    again.prepare('ATTACH ? AS old').run(copy)
    const tables = ['watermarks', 'documents', 'members']
    const restore = tables.map(
      (table) => `DELETE FROM ${table}; INSERT INTO ${table} SELECT * FROM old.${table};`,
    )
    again.exec(`BEGIN IMMEDIATE; ${restore.join(' ')} COMMIT;`)
  }
}

function recorded({ tenant, patient, device }: FaultDevice, n: number): FactOf<'reading.recorded'> {
  const at = Date.now()
  return {
    id: `${device}-${n}`,
    type: 'reading.recorded',
    v: 1,
    tenant,
    at,
    by: `device:${device}`,
    data: {
      patient,
      reading: {
        device,
        measuredAt: measuredAtOf(n),
        gatewayReceivedAt: at,
        clockQuality: 'synced',
        measurement: { kind: 'blood-pressure', systolicMmHg: 120, diastolicMmHg: 80 },
      },
    },
  }
}
