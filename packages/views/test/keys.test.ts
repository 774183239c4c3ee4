import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CufflinkError, topicNames } from '@cufflink/contracts'
import { redisKeys } from '../src/redis/keys.ts'
import { tagOf } from '../src/shards.ts'

const keys = redisKeys({ prefix: 'cufflink:', generation: 1 })
const shard = { topic: 'readings', partition: 17 } as const

/** What Redis Cluster hashes of a key: between the first brace and the next (Redis Cluster specification, "Hash tags"). */
const hashed = (key: string): string => key.slice(key.indexOf('{') + 1, key.indexOf('}'))

test('keys carry prefix, generation and the tag of the shard', () => {
  assert.equal(keys.watermark(shard), 'cufflink:g1:{17}:r:watermark')
  assert.equal(
    keys.document(shard, 'days:riverside/p-1:2026-10'),
    'cufflink:g1:{17}:r:doc:days:riverside/p-1:2026-10',
  )
  assert.equal(keys.set({ topic: 'activity', partition: 0 }, 'patients'), 'cufflink:g1:{0}:a:set:patients')
  assert.equal(
    redisKeys({ prefix: '', generation: 2 }).channel(shard, 'riverside'),
    'g2:{17}:r:changed:riverside',
  )
})

test('whatever a key is called, it lies in the slot of its shard', () => {
  for (const name of ['{a:1}', '}{', '}', '{}', 'p'])
    for (const key of [keys.document(shard, name), keys.set(shard, name), keys.channel(shard, name)])
      assert.equal(hashed(key), '17')
})

test('of each topic, and of what is evaluated, a partition has one slot', () => {
  const activity = { topic: 'activity', partition: 17 } as const
  const names = [
    keys.watermark(shard),
    keys.watermark(activity),
    keys.marked(17),
    keys.late(17),
    keys.marks(17),
    keys.due(17),
    keys.tally(17, 'riverside/p-1'),
    keys.tallied(17, 'riverside'),
  ]
  assert.equal(new Set(names).size, names.length)
  assert.deepEqual([...new Set(names.map(hashed))], ['17'])
})

test('a prefix with a brace, which would be taken for the tag, is refused', () => {
  for (const prefix of ['{x}', 'a{', 'a}'])
    assert.throws(
      () => redisKeys({ prefix, generation: 1 }),
      (error) => {
        return error instanceof CufflinkError && error.code === 'CONFIG_INVALID'
      },
    )
})

test('topics have tags of their own', () => {
  assert.equal(new Set(topicNames.map((topic) => tagOf({ topic, partition: 1 }))).size, topicNames.length)
})

test('another follower of a partition has a tag, keys and leases of its own, and the slot and channels of the partition', () => {
  const late = { topic: 'activity', partition: 17, follower: 'late-changes' } as const
  const main = { topic: 'activity', partition: 17 } as const
  assert.equal(tagOf(main), 'a:17')
  assert.equal(tagOf(late), 'a:17:late-changes')
  assert.equal(keys.watermark(late), 'cufflink:g1:{17}:a:follower:late-changes:watermark')
  assert.equal(keys.document(late, 'x'), 'cufflink:g1:{17}:a:follower:late-changes:doc:x')
  assert.equal(keys.channel(late, 'riverside'), keys.channel(main, 'riverside'))
  assert.equal(keys.leases(late), 'cufflink:{17}:a:follower:late-changes:leases')
})

test('leases lie in the slot of their shard, and are of no generation', () => {
  const activity = { topic: 'activity', partition: 3 } as const
  assert.equal(keys.leases(activity), 'cufflink:{3}:a:leases')
  assert.equal(keys.leaseEnds(activity), 'cufflink:{3}:a:lease-ends')
  assert.equal(keys.leasesReleased(activity), 'cufflink:{3}:a:leases-released')
})

test('a follower is named in lower-case letters and hyphens', () => {
  for (const follower of ['', 'Late', 'a:b', '}', 'a b', 'é'])
    assert.throws(() => tagOf({ ...shard, follower }), CufflinkError)
})
