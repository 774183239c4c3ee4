import assert from 'node:assert/strict'
import { mkdtempDisposableSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { CufflinkError } from '@cufflink/contracts'
import { countDays, daysKey, decodeDays, decodeFactList, fileKey, patientsOf } from '@cufflink/folds'
import { type Follower, type Ledger, openSqliteLedger } from '@cufflink/ledger'
import { createLogger } from '@cufflink/runtime'
import { waitFor } from '@cufflink/testkit'
import { type Views } from '@cufflink/views'
import { startTracking } from '../../src/fold/tracking.ts'
import { AT, recorded, temporaryViews } from '../harness.ts'

const logger = createLogger({ service: 'tracker', level: 'silent' })

async function start(ledger: Ledger, views: Views, failed: (error: CufflinkError) => void = () => undefined) {
  const tracking = await startTracking({
    ledger,
    views,
    logger,
    cacheBytes: 100_000,
    verifyMs: 20,
    stalledMs: 200,
    failed,
  })
  return { tracking, [Symbol.asyncDispose]: () => tracking.close() }
}

async function temporaryLedger() {
  const folder = mkdtempDisposableSync(join(tmpdir(), 'cufflink-tracking-'))
  const ledger = await openSqliteLedger({ dir: folder.path, partitions: 2 })
  return {
    ledger,
    async [Symbol.asyncDispose]() {
      await ledger.close()
      rmSync(folder.path, { recursive: true })
    },
  }
}

const enrolled = (zone: string) =>
  ({
    id: `enrol-${zone}`,
    type: 'patient.enrolled',
    v: 1,
    tenant: 't',
    at: AT,
    by: 'user:tester',
    data: { patient: 'p-1', name: 'Ada Example', zone, enrolledAt: AT },
  }) as const

test('activity becomes the patient’s file, and the patient is of the practice', async () => {
  await using kept = await temporaryLedger()
  await using views = await temporaryViews()
  const { ledger } = kept
  await using _ = await start(ledger, views)
  await ledger.append(enrolled('America/New_York'))
  const { partition, offset } = await ledger.append(enrolled('America/Chicago'))
  const shard = { topic: 'activity', partition } as const
  await waitFor(async () => (await views.watermark(shard)) > offset, { what: 'both facts' })
  const [bytes] = await views.load(shard, [fileKey('t', 'p-1')])
  const zones = decodeFactList(bytes!).map(({ fact }) => 'zone' in fact.data && fact.data.zone)
  assert.deepEqual(zones, ['America/New_York', 'America/Chicago'])
  assert.deepEqual(await views.members(shard, patientsOf('t')), ['p-1'])
})

test('views that were rolled back while nothing came in are filled again from the ledger (P6)', async () => {
  await using kept = await temporaryLedger()
  await using views = await temporaryViews()
  const { ledger } = kept
  const { partition } = await ledger.append(recorded(0))
  await ledger.append(recorded(1))
  const shard = { topic: 'readings', partition } as const
  // Until `emptied`, what the tracker sees is what is there; then a store that has lost everything.
  await using fresh = await temporaryViews()
  let current: Views = views
  const switched: Views = {
    engine: 'test',
    generation: 1,
    watermark: (where) => current.watermark(where),
    load: (where, keys) => current.load(where, keys),
    commit: (where, commit) => current.commit(where, commit),
    reset: (where, expected) => current.reset(where, expected),
    members: (where, set) => current.members(where, set),
    evaluations: views.evaluations,
    leases: views.leases,
    generations: views.generations,
    watch: (tenant, watcher) => current.watch(tenant, watcher),
    ping: () => current.ping(),
    close: async () => undefined,
  }
  await using _ = await start(ledger, switched)
  await waitFor(async () => (await views.watermark(shard)) === 2, { what: 'the tallies' })
  current = fresh
  await waitFor(async () => (await fresh.watermark(shard)) === 2, {
    what: 'the tallies again',
  })
})

test('a watermark that stands still with facts behind it ends the process: TRACKER_STALLED', async () => {
  await using kept = await temporaryLedger()
  await using views = await temporaryViews()
  const { ledger } = kept
  await ledger.append(recorded(0))
  const failures: string[] = []
  const stuck: Ledger = {
    ...ledger,
    follow: (topics, group, follower) =>
      ledger.follow(topics, group, { ...follower, apply: () => new Promise(() => undefined) }),
  }
  const tracking = await startTracking({
    ledger: stuck,
    views,
    logger,
    cacheBytes: 100_000,
    verifyMs: 20,
    stalledMs: 100,
    failed: ({ code }) => failures.push(code),
  })
  await waitFor(() => failures.includes('TRACKER_STALLED'), { what: 'the watchdog' })
  void tracking.close()
})

test('a partition that is taken away while its watermark is asked for is not mine', async () => {
  await using kept = await temporaryLedger()
  await using views = await temporaryViews()
  const asked = Promise.withResolvers<number>()
  const slow: Views = { ...views, watermark: () => asked.promise }
  let follower: Follower | undefined
  const ledger: Ledger = {
    ...kept.ledger,
    follow: async (_topics, _group, given) => {
      follower = given
      return { close: async () => undefined, rewind: () => undefined }
    },
  }
  await using started = await start(ledger, slow)
  const assigned = follower!.assigned('readings', 0)
  follower!.revoked('readings', 0)
  asked.resolve(0)
  assert.equal(await assigned, 0)
  assert.deepEqual(started.tracking.watermarks(), [])
})

test('a running tracker notices that the ledger was restored to less, and counts all that comes then (P22)', async () => {
  await using kept = await temporaryLedger()
  await using restored = await temporaryLedger()
  await using views = await temporaryViews()
  for (let number = 0; number < 20; number += 1) await kept.ledger.append(recorded(number))
  for (let number = 0; number < 15; number += 1) await restored.ledger.append(recorded(number))
  const shard = { topic: 'readings', partition: kept.ledger.partitionOf('t/p-1') } as const
  const at = (next: number) =>
    waitFor(async () => (await views.watermark(shard)) === next, {
      what: `watermark ${next}`,
    })
  {
    await using _ = await start(kept.ledger, views)
    await at(20)
  }
  // What follows sees the restored ledger; at its start no one knows of it.
  let ends: Ledger['endOffsets'] = (topic) => kept.ledger.endOffsets(topic)
  const exchanged: Ledger = { ...restored.ledger, endOffsets: (topic) => ends(topic) }
  await using started = await start(exchanged, views)
  await waitFor(() => started.tracking.watermarks().length === 4, { what: 'the partitions' })
  ends = (topic) => restored.ledger.endOffsets(topic)
  await at(15)
  assert.equal(started.tracking.tally.resets, 1)
  for (let number = 30; number < 45; number += 1) await restored.ledger.append(recorded(number))
  await at(30)
  const keys = [9, 10].map((month) => daysKey('t', 'p-1', `2026-${String(month + 1).padStart(2, '0')}`))
  const days = (await views.load(shard, keys)).flatMap((bytes) => (bytes ? [decodeDays(bytes)] : []))
  assert.equal(countDays(days, { zone: 'UTC' }).dates, 30)
  await waitFor(() => !started.tracking.isFoldingAgain, { what: 'the end of it' })
})
