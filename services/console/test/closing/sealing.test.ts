import assert from 'node:assert/strict'
import { mkdtempDisposableSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { decodeFact, type Fact } from '@cufflink/contracts'
import { type Ledger, openSqliteLedger } from '@cufflink/ledger'
import { createLogger } from '@cufflink/runtime'
import { overlaid, waitFor } from '@cufflink/testkit'
import { openSqliteViews } from '@cufflink/views'
import { createSealing } from '../../src/closing/sealing.ts'
import { fact, month, NOW } from './closing-fixture.ts'

const PARTITIONS = 2
const practice = 'riverside'
const closing = 'c-1'
const shard = { topic: 'activity', partition: 0 } as const

/** Of the row that has this number; of 0, what the first stands on. */
const hashOf = (sequence: number): string => String(sequence).padStart(64, '0')

const row = (sequence: number): Fact => {
  const line = { patient: `p-${sequence}`, code: '99454', from: '2026-03-01', to: '2026-03-30' }
  const billed = { ...line, units: 1, amountCents: 5_000, ruleSet: 'medicare-2026' }
  const link = { closing, sequence, previous: hashOf(sequence - 1), hash: hashOf(sequence), evidence: {} }
  return fact({ type: 'claim.locked', v: 2, tenant: practice, at: NOW, data: { ...billed, ...link } })
}

/** A ledger on which a closing locked three lines, renewed its lease, locked two more and died. */
async function died() {
  await using stack = new AsyncDisposableStack()
  const folder = stack.use(mkdtempDisposableSync(join(tmpdir(), 'cufflink-sealing-')))
  const opened = await openSqliteLedger({ dir: folder.path, partitions: PARTITIONS })
  stack.defer(() => opened.close())
  const views = stack.adopt(await openSqliteViews({ path: join(folder.path, 'views.db') }), (one) =>
    one.close(),
  )
  const rows = [1, 2, 3, 4, 5].map(row)
  for (const one of rows.slice(0, 3)) await opened.append(one)
  const note = {
    ...({ kind: 'closing', practice, month, closing, previous: hashOf(0), by: 'user:bo' } as const),
    locked: { count: 3, head: hashOf(3) },
    from: await opened.endOffsets('activity'),
  }
  for (const one of rows.slice(3)) await opened.append(one)
  const seen: string[] = []
  const read: Ledger['read'] = async (...which) => {
    const records = await opened.read(...which)
    seen.push(...records.map(({ text }) => decodeFact(text).id))
    return records
  }
  const { leases } = views
  const sealing = createSealing({
    ledger: overlaid(opened, { read }),
    leases,
    activityShards: [shard],
    clock: { now: () => NOW },
    logger: createLogger({ service: 'test', level: 'silent' }),
    holder: 'another server',
    leaseMs: 60_000,
  })
  const seals = async () => {
    const ends = await opened.endOffsets('activity')
    const all = await Promise.all(ends.map((end, partition) => opened.read('activity', partition, 0, end)))
    return all.flat().flatMap(({ text }) => {
      const found = decodeFact(text)
      return found.type === 'month.closed' ? [found.data] : []
    })
  }
  const owned = stack.move()
  return {
    sealing,
    leases,
    note,
    seen,
    seals,
    renewed: rows.slice(3).map(({ id }) => id),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

const whole = { closing, month, count: 5, previous: hashOf(0), head: hashOf(5) }
const name = `closing:${practice}`

test('what a dead closing locked is counted on from its last renewal, and nothing before that is read', async () => {
  await using dead = await died()
  await dead.sealing.sealOrphan(shard, { name, note: JSON.stringify(dead.note) })
  assert.deepEqual(dead.seen.toSorted(), dead.renewed)
  assert.deepEqual(await dead.seals(), [whole])
})

test('what a closing locked whose note does not say how much is counted from its beginning', async () => {
  await using dead = await died()
  const { locked: _, ...before } = dead.note
  await dead.sealing.sealOrphan(shard, { name, note: JSON.stringify({ ...before, from: [0, 0] }) })
  assert.deepEqual(await dead.seals(), [whole])
})

test('a closing that cannot be sealed holds up no other', async () => {
  await using dead = await died()
  const up = { holder: 'a server that died', ttlMs: 1 }
  await dead.leases.take(shard, 'closing:another', { ...up, note: '{"kind":"closing","from":null}' })
  await dead.leases.take(shard, name, { ...up, note: JSON.stringify(dead.note) })
  await waitFor(async () => (await dead.leases.expired(shard, 2)).length === 2, { what: 'both to be up' })
  await dead.sealing.sealOrphans()
  assert.deepEqual(await dead.seals(), [whole])
})
