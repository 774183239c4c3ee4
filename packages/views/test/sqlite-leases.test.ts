import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { openSqliteViews } from '../src/index.ts'

const shard = { topic: 'activity', partition: 3 } as const

test('leases outlive the process; the epoch of a released one is kept for a day, then forgotten', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'cufflink-leases-'))
  await using owned = new AsyncDisposableStack()
  owned.defer(() => rm(dir, { recursive: true }))
  const path = join(dir, 'views.db')
  const views = await openSqliteViews({ path })
  const { epoch } = await views.leases.take(shard, 'timer', { holder: 'one', note: '{}', ttlMs: 60_000 })
  await views.leases.release(shard, 'old', 5)
  await views.close()

  const file = owned.adopt(new DatabaseSync(join(dir, 'leases.db')), (database) => database.close())
  const [old] = file.prepare('SELECT since, ends FROM leases WHERE holder IS NULL').all()
  assert.equal(Number(old?.['ends']) - Number(old?.['since']), 86_400_000)
  file.exec('UPDATE leases SET ends = 1')

  const again = owned.adopt(await openSqliteViews({ path }), (opened) => opened.close())
  await again.leases.release(shard, 'new', 5)
  const names = file.prepare('SELECT name FROM leases ORDER BY name').all()
  assert.deepEqual(
    names.map(({ name }) => name),
    ['new', 'timer'],
  )
  assert.equal((await again.leases.find(shard, 'timer'))?.epoch, epoch)
})

test('what was written before the machine started again is up, or forgotten', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'cufflink-leases-'))
  await using owned = new AsyncDisposableStack()
  owned.defer(() => rm(dir, { recursive: true }))
  const path = join(dir, 'views.db')
  const views = owned.adopt(await openSqliteViews({ path }), (opened) => opened.close())
  await views.leases.take(shard, 'timer', { holder: 'one', note: '{}', ttlMs: 60_000 })
  await views.leases.release(shard, 'old', 5)
  using file = new DatabaseSync(join(dir, 'leases.db'))
  file.exec('UPDATE leases SET since = since + 31536000000, ends = ends + 31536000000')
  const [up] = await views.leases.expired(shard, 10)
  assert.deepEqual([up?.name, up?.leftMs], ['timer', 0])
  await views.leases.release(shard, 'new', 5)
  assert.equal(file.prepare("SELECT count(*) AS n FROM leases WHERE name = 'old'").get()?.['n'], 0)
})
