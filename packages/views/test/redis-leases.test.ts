import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { type StartedRedis, startRedis, waitFor } from '@cufflink/testkit'
import { Redis } from 'ioredis'
import { openRedisViews } from '../src/index.ts'
import type { Leases } from '../src/leases.ts'
import { ownEpoch } from '../src/redis/lease-scripts.ts'
import { defineLeaseCommands } from '../src/redis/leases.ts'
import { answeredAfter } from './redis-fixture.ts'

const shard = { topic: 'activity', partition: 3 } as const
const keys = ['cufflink:{3}:a:leases', 'cufflink:{3}:a:lease-ends', 'cufflink:{3}:a:leases-released'] as const
const claim = { holder: 'one', note: '{}', ttlMs: 60_000 }

async function opened({ url }: StartedRedis): Promise<{ leases: Leases } & AsyncDisposable> {
  const views = await openRedisViews({ url, partitions: 8 })
  return { leases: views.leases, [Symbol.asyncDispose]: () => views.close() }
}

function directly({ url }: StartedRedis): Redis & AsyncDisposable {
  const redis = new Redis(url)
  defineLeaseCommands(redis, ownEpoch)
  return Object.assign(redis, { [Symbol.asyncDispose]: async () => redis.disconnect() })
}

test('the epoch rises with each take, also after FLUSHALL', async () => {
  await using redis = await startRedis()
  await using views = await opened(redis)
  await using direct = directly(redis)
  let last = 0
  for (let round = 0; round < 5; round += 1) {
    const { epoch, before } = await views.leases.take(shard, 'timer', claim)
    assert.ok(epoch > last)
    assert.equal(before, undefined)
    last = epoch
    await direct.flushall()
    await waitFor(() => Date.now() > last, { what: 'the clock to pass the epoch' })
  }
})

test('an answer that came while this process was held up for longer than a call may take is heard', async () => {
  await using redis = await startRedis()
  await using views = await opened(redis)
  const taken = views.leases.take(shard, 'timer', claim)
  // By then the call has been sent, and nothing has been heard yet.
  await new Promise((resolve) => setImmediate(resolve))
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2_100)
  // Redis answers in order: what is answered to another client after the call was sent comes after its answer.
  const { stdout } = spawnSync('redis-cli', ['-u', redis.url, 'ping'], { encoding: 'utf8' })
  assert.equal(stdout, 'PONG\n')
  assert.ok((await taken).epoch > 0)
})

test('a take that is sent twice by one call is answered the same, its own lease not taken for the one before', async () => {
  await using redis = await startRedis()
  await using direct = directly(redis)
  for (const [name, verb] of [
    ['timer', 'takeLease'],
    ['month', 'takeFreeLease'],
  ] as const) {
    const take = (holder: string, call: string, ttlMs = 0) =>
      direct[verb](...keys, name, holder, '{}', ttlMs, call)
    const first = await take('one', 'call-1')
    assert.deepEqual(await take('one', 'call-1'), first)
    const second = await take('two', 'call-2', 60_000)
    assert.deepEqual(second.slice(1, 3), ['one', first[0]])
    assert.deepEqual(await take('two', 'call-2', 60_000), second)
  }
})

test('a take whose answer was lost tells whose lease it was all the same', async () => {
  await using redis = await startRedis({ appendOnly: true, config: { appendfsync: 'always' } })
  await using views = await opened(redis)
  await views.leases.take(shard, 'timer', claim)
  for (let answered = 0, round = 0; answered < 5; round += 1) {
    const last = await waitFor(() => views.leases.find(shard, 'timer'), { what: 'Redis to be back' })
    const taken = await answeredAfter(
      () => redis.kill().then(() => redis.start()),
      () => views.leases.take(shard, 'timer', { ...claim, holder: `holder-${round}` }),
    )
    if (taken === undefined) continue
    answered += 1
    assert.ok(taken.epoch > last.epoch)
    assert.equal(taken.before?.epoch, last.epoch)
  }
})

test('the epoch of a released lease is kept for a day, then forgotten, with a later release', async () => {
  await using redis = await startRedis()
  await using views = await opened(redis)
  await using direct = directly(redis)
  const names = Array.from({ length: 12 }, (_, n) => `old-${n}`)
  for (const name of names) await views.leases.release(shard, name, 5)
  const kept = Number(await direct.zscore(keys[2], 'old-0')) - Date.now()
  assert.ok(kept > 86_390_000 && kept <= 86_400_000)
  for (const name of names) await direct.zadd(keys[2], 1, name)
  await views.leases.take(shard, 'old-0', claim)
  await views.leases.renew(shard, [{ ...claim, name: 'old-1', epoch: 6 }], 60_000)
  await views.leases.release(shard, 'new', 5)
  assert.deepEqual((await direct.hkeys(keys[0])).toSorted(), ['new', 'old-0', 'old-1'])
  assert.deepEqual(await direct.zrange(keys[2], '0', '-1'), ['new'])
})

test('a full Redis renews nothing of a batch, and still tells what is up', async () => {
  await using redis = await startRedis()
  await using views = await opened(redis)
  await using direct = directly(redis)
  const { epoch } = await views.leases.take(shard, 'timer', { ...claim, ttlMs: 0 })
  await direct.config('SET', 'maxmemory', '1')
  const renewal = { name: 'timer', holder: 'one', epoch, note: '"late"' }
  await assert.rejects(views.leases.renew(shard, [renewal], 60_000))
  const up = await waitFor(async () => (await views.leases.expired(shard, 1))[0], {
    what: 'it to be up',
  })
  assert.equal(up.note, '{}')
})
