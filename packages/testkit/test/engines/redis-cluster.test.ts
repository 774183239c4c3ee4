import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startRedisCluster, waitFor } from '@cufflink/testkit'
import { Cluster } from 'ioredis'

test('three masters share the slots, and a killed one comes back with its own', async () => {
  // What is synced each second only may not be written either while the disk is busy, and is gone with the process.
  await using engine = await startRedisCluster({ config: { appendfsync: 'always' } })
  const cluster = new Cluster(
    engine.nodes.map(({ host, port }) => ({ host, port })),
    { redisOptions: { maxRetriesPerRequest: 1 } },
  )
  cluster.on('error', () => undefined) // a node is killed on purpose
  try {
    const keys = Array.from({ length: 60 }, (_, index) => `{r:${index}}`)
    for (const key of keys) await cluster.set(key, key)
    assert.equal(cluster.nodes('master').length, 3)
    const [first] = engine.nodes
    await first?.kill()
    await first?.start()
    const readAll = async (): Promise<boolean> => {
      const values = await Promise.all(keys.map((key) => cluster.get(key)))
      return values.every((value, index) => value === keys[index])
    }
    await waitFor(readAll, { what: 'every key to be read again' })
  } finally {
    cluster.disconnect()
  }
})
