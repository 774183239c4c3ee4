import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { redisClusterForTests, type StartedRedisCluster, startRedisCluster, waitFor } from '@cufflink/testkit'
import { Redis } from 'ioredis'
import { openRedisViews } from '../src/index.ts'
import type { Commit, Shard, Views } from '../src/port.ts'
import { compareAndSet } from '../src/redis/commit-script.ts'
import { openGuardedRedisViews } from '../src/redis/views.ts'
import { batch, leasesMutant, listener, viewsConformance, viewsMutant } from './conformance/index.ts'
import { inTime, offsetGuard, openedOn } from './redis-fixture.ts'

const partitions = 8
const shards: Shard[] = (['readings', 'activity'] as const).flatMap((topic) =>
  Array.from({ length: partitions }, (_, partition) => ({ topic, partition })),
)

const shared = await redisClusterForTests()
after(() => shared[Symbol.asyncDispose]())

viewsConformance('Redis Cluster', () => openedOn({ cluster: shared.nodes }))

viewsMutant('Redis Cluster', () =>
  openedOn({ cluster: shared.nodes }, (options) => openGuardedRedisViews(options, offsetGuard)),
)

leasesMutant('Redis Cluster', () =>
  openedOn({ cluster: shared.nodes }, (options) => openGuardedRedisViews(options, compareAndSet, 'true')),
)

async function opened({ nodes }: StartedRedisCluster): Promise<Views & AsyncDisposable> {
  const views = await openRedisViews({ cluster: nodes, partitions })
  return Object.assign(views, { [Symbol.asyncDispose]: () => views.close() })
}

const change = (expected: number): Commit =>
  batch({ expected, next: expected + 1, changed: new Map([['riverside', new Set([`p-${expected}`])]]) })

const answers = (views: Views): Promise<unknown> =>
  waitFor(() => Promise.all(shards.map((shard) => views.watermark(shard))), {
    what: 'all shards to be back',
  })

/**
 * Moves every shard on by one, again and again until the watcher has heard of each: where it misses one, as while a node is being connected
 * again, it is told to read again, each time. @returns the watermark that all shards have
 */
async function moveAll(views: Views, from: number, { told }: ReturnType<typeof listener>): Promise<number> {
  for (let next = from; ; next += 1) {
    assert.ok(next < from + 20, 'twenty times in a row something was missed')
    told.length = 0
    for (const shard of shards)
      assert.deepEqual(await views.commit(shard, change(next)), { outcome: 'committed' })
    const isHeard = (): boolean =>
      told.filter((one) => one !== 'resync' && one.patients.includes(`p-${next}`)).length >= shards.length
    await waitFor(() => isHeard() || told.includes('resync'), { what: 'every shard to be heard' })
    if (isHeard()) return next + 1
  }
}

test('the shards lie on all three nodes, and a watcher hears of each', async () => {
  await using cluster = await startRedisCluster()
  await using views = await opened(cluster)
  const heard = listener()
  await views.watch('riverside', heard.watcher)
  await moveAll(views, 0, heard)
  const sizes = await Promise.all(cluster.nodes.map((node) => onNode(node, (redis) => redis.dbsize())))
  assert.ok(
    sizes.every((size) => size > 0),
    `keys per node: ${sizes.join(', ')}`,
  )
})

test('a node that is gone is refused in bounded time, the others answer; back, it is written and heard again', async () => {
  await using cluster = await startRedisCluster({
    config: { 'cluster-require-full-coverage': 'no', appendfsync: 'always' },
  })
  await using views = await opened(cluster)
  const heard = listener()
  // Not until a node knows who serves each slot, which without full coverage it does not wait for.
  await waitFor(() => views.watch('riverside', heard.watcher), {
    what: 'the slots to be known',
  })
  let at = await moveAll(views, 0, heard)
  for (const node of cluster.nodes) {
    await node.kill()
    const outcomes = await inTime(() => Promise.allSettled(shards.map((shard) => views.watermark(shard))))
    assert.deepEqual(new Set(outcomes.map(({ status }) => status)), new Set(['fulfilled', 'rejected']))
    await node.start()
    await answers(views)
    await waitFor(() => heard.told.includes('resync'), {
      what: 'watchers to read again',
    })
    at = await moveAll(views, at, heard)
  }
})

test('slots that move to another node are followed, and watchers read again', async () => {
  await using cluster = await startRedisCluster()
  await using views = await opened(cluster)
  const heard = listener()
  await views.watch('riverside', heard.watcher)
  const at = await moveAll(views, 0, heard)
  await moveSlots(cluster)
  await waitFor(() => heard.told.includes('resync'), {
    what: 'watchers to read again',
  })
  await moveAll(views, at, heard)
})

test('a whole cluster that was gone is found again', async () => {
  await using cluster = await startRedisCluster({ config: { appendfsync: 'always' } })
  await using views = await opened(cluster)
  const heard = listener()
  await views.watch('riverside', heard.watcher)
  const at = await moveAll(views, 0, heard)
  await Promise.all(cluster.nodes.map((node) => node.kill()))
  await inTime(() => Promise.all(shards.map((shard) => assert.rejects(views.watermark(shard)))))
  await Promise.all(cluster.nodes.map((node) => node.start()))
  await answers(views)
  await waitFor(() => heard.told.includes('resync'), {
    what: 'watchers to read again',
  })
  await moveAll(views, at, heard)
})

type Node = StartedRedisCluster['nodes'][number]

async function onNode<Answer>({ host, port }: Node, ask: (redis: Redis) => Promise<Answer>): Promise<Answer> {
  const redis = new Redis({ host, port })
  try {
    return await ask(redis)
  } finally {
    redis.disconnect()
  }
}

/** Hands each slot of a shard from its node to the next, with its keys, while the views are open. */
async function moveSlots({ nodes }: StartedRedisCluster): Promise<void> {
  const ids = await Promise.all(nodes.map((node) => onNode(node, (redis) => redis.call('CLUSTER', 'MYID'))))
  for (const [index, node] of nodes.entries()) {
    const next = (index + 1) % nodes.length
    const slots = await onNode(node, ownSlots)
    for (const slot of slots) {
      await onNode(nodes[next]!, (redis) =>
        redis.call('CLUSTER', 'SETSLOT', slot, 'IMPORTING', String(ids[index])),
      )
      await onNode(node, (redis) => redis.call('CLUSTER', 'SETSLOT', slot, 'MIGRATING', String(ids[next])))
      await onNode(node, async (redis) => {
        const names = await redis.cluster('GETKEYSINSLOT', slot, 100)
        await redis.call('MIGRATE', nodes[next]!.host, nodes[next]!.port, '', 0, 5000, 'KEYS', ...names)
      })
      for (const each of [nodes[next]!, node])
        await onNode(each, (redis) => redis.call('CLUSTER', 'SETSLOT', slot, 'NODE', String(ids[next])))
    }
  }
}

async function ownSlots(redis: Redis): Promise<number[]> {
  const names = await redis.keys('*')
  const slots = await Promise.all(names.map((name) => redis.cluster('KEYSLOT', name)))
  return [...new Set(slots)]
}
