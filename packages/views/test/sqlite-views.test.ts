import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { CufflinkError } from '@cufflink/contracts'
import { openSqliteViews, type SqliteViewsOptions } from '../src/index.ts'
import type { Views } from '../src/port.ts'
import { openGuardedSqliteViews } from '../src/sqlite/views.ts'
import {
  batch,
  leasesMutant,
  type OpenedViews,
  shard,
  viewsConformance,
  viewsMutant,
} from './conformance/index.ts'
import { text, unavailable } from './conformance/tools.ts'

async function folder(): Promise<AsyncDisposable & { readonly path: string }> {
  const dir = await mkdtemp(join(tmpdir(), 'cufflink-views-'))
  return {
    path: join(dir, 'views.db'),
    [Symbol.asyncDispose]: () => rm(dir, { recursive: true }),
  }
}

async function opened(open: (options: SqliteViewsOptions) => Promise<Views>): Promise<OpenedViews> {
  const owned = new AsyncDisposableStack()
  const { path } = owned.use(await folder())
  const another = async (generation = 1): Promise<Views> =>
    owned.adopt(await open({ path, generation }), (views) => views.close())
  const views = await another()
  return {
    views,
    beside: another,
    generation: another,
    async lose() {
      await views.close()
      for (const name of await readdir(dirname(path))) await rm(join(dirname(path), name))
      return another()
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

viewsConformance('SQLite', () => opened(openSqliteViews))

viewsMutant('SQLite', () =>
  opened((options) => openGuardedSqliteViews(options, (watermark, { next }) => next > watermark)),
)

leasesMutant('SQLite', () =>
  opened((options) =>
    openGuardedSqliteViews(
      options,
      (watermark, { expected }) => watermark === expected,
      () => true,
    ),
  ),
)

test('reopened views hold what was committed', async () => {
  await using place = await folder()
  const views = await openSqliteViews(place)
  await views.commit(shard, batch({ next: 4, documents: [{ key: 'a', bytes: new Uint8Array([1, 2]) }] }))
  await views.close()
  const again = await openSqliteViews(place)
  assert.equal(await again.watermark(shard), 4)
  assert.deepEqual(await again.load(shard, ['a']), [new Uint8Array([1, 2])])
  await again.close()
})

test('a file of another version is emptied, to be filled again', async () => {
  await using place = await folder()
  const views = await openSqliteViews(place)
  await views.commit(shard, batch({ next: 4 }))
  await views.close()
  const file = new DatabaseSync(place.path)
  file.exec('PRAGMA user_version = 999')
  file.close()
  const again = await openSqliteViews(place)
  assert.equal(await again.watermark(shard), 0)
  await again.close()
})

test('a batch that fails half-way leaves nothing behind', async () => {
  await using place = await folder()
  const views = await openSqliteViews(place)
  const documents = [
    { key: 'a', bytes: new Uint8Array([1]) },
    { key: 'b', bytes: 'no bytes' as unknown as Uint8Array },
  ]
  await assert.rejects(views.commit(shard, batch({ documents })), CufflinkError)
  assert.equal(await views.watermark(shard), 0)
  assert.deepEqual(await views.load(shard, ['a']), [undefined])
  assert.deepEqual(await views.commit(shard, batch({})), { outcome: 'committed' })
  await views.close()
})

test('a damaged file is put aside, at the start and at any time, and a new one takes its place', async () => {
  await using dir = await folder()
  let damages = 0
  const open = () => openSqliteViews({ path: dir.path, damaged: () => (damages += 1) })
  const fill = async (views: Views) =>
    assert.deepEqual(await views.commit(shard, batch({ documents: [{ key: 'k', bytes: text('v') }] })), {
      outcome: 'committed',
    })
  const first = await open()
  await fill(first)
  await first.close()
  const bytes = await readFile(dir.path)
  await writeFile(dir.path, Buffer.concat([Buffer.alloc(100, 0x5a), bytes.subarray(100)]))

  const second = await open()
  assert.equal(damages, 1, 'its header')
  assert.equal(await second.watermark(shard), 0)
  await fill(second)
  await second.close()
  await writeFile(
    dir.path,
    Buffer.concat([bytes.subarray(0, 4_096), Buffer.alloc(bytes.length - 4_096, 0x5a)]),
  )

  await using stack = new AsyncDisposableStack()
  const third = stack.adopt(await open(), (one) => one.close())
  await assert.rejects(third.watermark(shard), unavailable)
  assert.equal(damages, 2, 'its middle')
  assert.equal(await third.watermark(shard), 0)
  await fill(third)
  const aside = (await readdir(dirname(dir.path))).filter((name) => name.startsWith('views.db.damaged-'))
  assert.equal(aside.length, 2)
})
