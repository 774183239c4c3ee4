import assert from 'node:assert/strict'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { CufflinkError } from '@cufflink/contracts'
import { redisForTests, type StartedRedis, startRedis, waitFor } from '@cufflink/testkit'
import { Redis } from 'ioredis'
import { openRedisViews } from '../src/index.ts'
import type { Commit, CommitOutcome, Views } from '../src/port.ts'
import { compareAndSet } from '../src/redis/commit-script.ts'
import { openGuardedRedisViews } from '../src/redis/views.ts'
import {
  batch,
  countTo,
  everyVerb,
  leasesMutant,
  listener,
  shard,
  viewsConformance,
  viewsMutant,
} from './conformance/index.ts'
import { answeredAfter, inTime, offsetGuard, openedOn } from './redis-fixture.ts'

const partitions = 8

const shared = await redisForTests()
after(() => shared[Symbol.asyncDispose]())

viewsConformance('Redis', () => openedOn(shared))

viewsMutant('Redis', () => openedOn(shared, (options) => openGuardedRedisViews(options, offsetGuard)))

leasesMutant('Redis', () =>
  openedOn(shared, (options) => openGuardedRedisViews(options, compareAndSet, 'true')),
)

const unavailable = (error: unknown): boolean =>
  error instanceof CufflinkError && error.code === 'VIEWS_UNAVAILABLE' && error.cause !== undefined

/** Rejects as unavailable, within the deadline. */
const refuses = (call: () => Promise<unknown>): Promise<void> => assert.rejects(inTime(call), unavailable)

const answers = (views: Views): Promise<unknown> =>
  waitFor(() => views.ping().then(() => true), { what: 'the views to be back' })

const change = (expected: number, ...patients: string[]): Commit =>
  batch({ expected, next: expected + 1, changed: new Map([['riverside', new Set(patients)]]) })

async function opened(redis: StartedRedis, guard = compareAndSet): Promise<Views & AsyncDisposable> {
  const views = await openGuardedRedisViews({ url: redis.url, partitions }, guard)
  return Object.assign(views, { [Symbol.asyncDispose]: () => views.close() })
}

test('every call is refused in bounded time while Redis is gone, and taken again when it is back', async () => {
  await using redis = await startRedis({ appendOnly: true, config: { appendfsync: 'always' } })
  await using views = await opened(redis)
  await views.commit(shard, batch({ next: 3, documents: [{ key: 'a', bytes: new Uint8Array([7]) }] }))
  for (let round = 0; round < 2; round += 1) {
    await redis.kill()
    await Promise.all([
      refuses(() => views.watermark(shard)),
      refuses(() => views.load(shard, ['a'])),
      refuses(() => views.commit(shard, batch({ expected: 3, next: 4 }))),
      refuses(() => views.members(shard, 'patients')),
      refuses(() => views.watch('riverside', listener().watcher)),
      refuses(() => views.ping()),
      ...everyVerb(views.leases).map(refuses),
    ])
    await redis.start()
    await answers(views)
    assert.equal(await views.watermark(shard), 3)
  }
})

test('a call during a short absence waits for it to end', async () => {
  await using redis = await startRedis({ appendOnly: true })
  await using views = await opened(redis)
  let watermark: number | undefined
  while (watermark === undefined) {
    await redis.kill()
    await waitFor(
      () =>
        views.ping().then(
          () => false,
          () => true,
        ),
      { what: 'the loss to be noticed' },
    )
    watermark = await answeredAfter(
      () => redis.start(),
      () => views.watermark(shard),
    )
  }
  assert.equal(watermark, 0)
})

test('views open while Redis is away, and work once it is there', async () => {
  await using redis = await startRedis()
  await redis.kill()
  await using views = await opened(redis)
  assert.equal(views.engine, 'Redis')
  await refuses(() => views.ping())
  await redis.start()
  await answers(views)
  assert.match(views.engine, /^\w+ \d+\.\d+/)
})

test('a Redis that stands still is refused in bounded time, and retries do not pile up before it', async () => {
  await using redis = await startRedis()
  await using views = await opened(redis)
  redis.pause()
  const documents = [{ key: 'a', bytes: new Uint8Array(1_000_000) }]
  for (let round = 0; round < 5; round += 1)
    await refuses(() => views.commit(shard, batch({ next: 100, documents })))
  redis.resume()
  await answers(views)
  // The first was on its way: no one knows. Who asks for the watermark does.
  assert.ok([0, 100].includes(await views.watermark(shard)))
  await using direct = directly(redis)
  const calls = (await direct.info('commandstats')).matchAll(/cmdstat_eval(?:sha)?:calls=(\d+)/g)
  const sent = [...calls].reduce((sum, [, count]) => sum + Number(count), 0)
  assert.ok(sent <= 2, `${sent} commits reached Redis`)
})

test('a commit whose answer was lost is sent again, and applied once', async () => {
  await using redis = await startRedis({ appendOnly: true, config: { appendfsync: 'always' } })
  await using views = await opened(redis)
  for (let n = 0; n < 5; n += 1) {
    let answer: CommitOutcome | undefined
    while (answer === undefined)
      answer = await answeredAfter(
        () => redis.kill().then(() => redis.start()),
        () => views.commit(shard, batch({ expected: n, next: n + 1 })),
      )
    const { outcome, watermark = n + 1 } = { watermark: undefined, ...answer }
    assert.ok(outcome === 'committed' || watermark === n + 1)
    assert.equal(await views.watermark(shard), n + 1)
  }
})

test('watchers are told to read again after the connection was lost, and hear what comes then', async () => {
  await using redis = await startRedis()
  await using views = await opened(redis)
  const { watcher, next } = listener()
  await views.watch('riverside', watcher)
  for (let round = 0; round < 3; round += 1) {
    await redis.kill()
    await redis.start()
    assert.equal(await next(), 'resync')
    await views.commit(shard, change(0, `p-${round}`))
    assert.deepEqual(await next(), { tenant: 'riverside', patients: [`p-${round}`] })
  }
})

test('watchers are told to read again when only their own connection was cut', async () => {
  await using redis = await startRedis()
  await using views = await opened(redis)
  const { watcher, next } = listener()
  await views.watch('riverside', watcher)
  await using direct = directly(redis)
  await direct.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
  assert.equal(await next(), 'resync')
  await views.commit(shard, change(0, 'p-1'))
  assert.deepEqual(await next(), { tenant: 'riverside', patients: ['p-1'] })
})

test('a message that is none of ours makes watchers read again', async () => {
  await using redis = await startRedis()
  await using views = await opened(redis)
  const { watcher, next } = listener()
  await views.watch('riverside', watcher)
  await using direct = directly(redis)
  for (const message of ['{', '7', '[1]', 'null']) {
    await direct.spublish('cufflink:g1:{3}:r:changed:riverside', message)
    assert.equal(await next(), 'resync')
  }
})

test('a server that lost its scripts is taught them again', async () => {
  await using redis = await startRedis()
  await using views = await opened(redis)
  await views.commit(shard, batch({ next: 1 }))
  await using direct = directly(redis)
  await direct.script('FLUSH')
  assert.deepEqual(await views.commit(shard, batch({ expected: 1, next: 2 })), { outcome: 'committed' })
})

test('a master that became a replica is left for the node that answers then', async () => {
  await using redis = await startRedis()
  await using views = await opened(redis)
  await using direct = directly(redis)
  await direct.replicaof('127.0.0.1', 1)
  const before = await connectionsOf(direct)
  await refuses(() => views.commit(shard, batch({})))
  await waitFor(async () => (await connectionsOf(direct)) > before, {
    what: 'a new connection',
  })
  await direct.replicaof('NO', 'ONE')
  await answers(views)
  assert.deepEqual(await views.commit(shard, batch({})), { outcome: 'committed' })
})

test('a full Redis takes nothing of a batch', async () => {
  await using redis = await startRedis()
  await using views = await opened(redis)
  await using direct = directly(redis)
  await direct.config('SET', 'maxmemory', '1')
  const documents = [{ key: 'a', bytes: new Uint8Array(100) }]
  await refuses(() => views.commit(shard, batch({ documents })))
  assert.equal(await direct.dbsize(), 0)
  await direct.config('SET', 'maxmemory', '0')
  assert.deepEqual(await views.commit(shard, batch({ documents })), { outcome: 'committed' })
})

test('a Redis that evicts tallies without a trace is refused', async () => {
  await using redis = await startRedis({ config: { maxmemory: '100mb', 'maxmemory-policy': 'allkeys-lru' } })
  await assert.rejects(openRedisViews({ url: redis.url, partitions }), (error) => {
    return error instanceof CufflinkError && error.code === 'CONFIG_INVALID'
  })
})

test('generations and prefixes do not see each other', async () => {
  await using redis = await startRedis()
  const options = { url: redis.url, partitions }
  const all = await Promise.all([
    openRedisViews(options),
    openRedisViews({ ...options, generation: 2 }),
    openRedisViews({ ...options, prefix: 'other:' }),
  ])
  await all[0].commit(shard, batch({ next: 5 }))
  assert.deepEqual(await Promise.all(all.map((views) => views.watermark(shard))), [5, 0, 0])
  await Promise.all(all.map((views) => views.close()))
})

for (const { guard, tally, what } of [
  { guard: compareAndSet, tally: 60, what: 'counts every fact' },
  { guard: offsetGuard, tally: 50, what: 'loses facts for ever without the compare-and-set' },
])
  test(`a Redis rolled back to an older copy of its log ${what} (P6)`, async () => {
    await using place = await folder()
    const { dir } = place
    await using redis = await startRedis({ dir, appendOnly: true, config: { appendfsync: 'always' } })
    await using views = await opened(redis, guard)
    const tracker = { watermark: 0 }
    await countTo(40, views, tracker)
    await cp(join(dir, 'appendonlydir'), join(dir, 'copy'), { recursive: true })
    await countTo(50, views, tracker)
    await redis.kill()
    await rm(join(dir, 'appendonlydir'), { recursive: true })
    await cp(join(dir, 'copy'), join(dir, 'appendonlydir'), { recursive: true })
    await redis.start()
    await answers(views)
    assert.equal(await views.watermark(shard), 40)
    assert.equal(await countTo(60, views, tracker), tally)
  })

/** How many connections Redis has taken since it started. */
async function connectionsOf(redis: Redis): Promise<number> {
  return Number(/total_connections_received:(\d+)/.exec(await redis.info('stats'))?.[1])
}

async function folder(): Promise<AsyncDisposable & { readonly dir: string }> {
  const dir = await mkdtemp(join(tmpdir(), 'cufflink-redis-'))
  return { dir, [Symbol.asyncDispose]: () => rm(dir, { recursive: true }) }
}

function directly({ url }: StartedRedis): Redis & AsyncDisposable {
  const redis = new Redis(url)
  return Object.assign(redis, { [Symbol.asyncDispose]: async () => redis.disconnect() })
}
