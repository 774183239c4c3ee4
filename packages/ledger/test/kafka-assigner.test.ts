import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import type { TopicName } from '@cufflink/contracts'
import { kafkaForTests, waitFor } from '@cufflink/testkit'
import fc from 'fast-check'
import { AssignerProtocol, type Cluster } from 'kafkajs'
import { type Follower, openKafkaLedger } from '../src/index.ts'
import { partitionsTogether } from '../src/kafka/assigner.ts'

const topics = ['readings', 'activity'] as const

/** A follower that keeps which partitions it has. */
function holding() {
  const held = { readings: new Set<number>(), activity: new Set<number>() }
  const of = (topic: TopicName) => held[topic as (typeof topics)[number]]
  const follower: Follower = {
    async assigned(topic, partition) {
      of(topic).add(partition)
      return 0
    },
    apply: async ({ records }) => records.at(-1)!.offset + 1,
    revoked: (topic, partition) => void of(topic).delete(partition),
  }
  return { held, follower }
}

const members = (count: number) =>
  Array.from({ length: count }, (_, n) => ({ memberId: `member-${n}`, memberMetadata: Buffer.alloc(0) }))

test('gives each partition to one member, those of one number to the same, and to none more than one above another', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 50 }),
      async (count, most) => {
        const all = Array.from({ length: most }, (_, partitionId) => ({ partitionId }))
        const cluster = { findTopicPartitionMetadata: () => all } as unknown as Cluster
        const assigner = partitionsTogether({ cluster, groupId: 'group', logger: undefined as never })
        const given = await assigner.assign({ members: members(count), topics: [...topics] })
        const own = given.map(
          ({ memberAssignment }) => AssignerProtocol.MemberAssignment.decode(memberAssignment)!.assignment,
        )
        for (const each of own) assert.deepEqual(each['readings'], each['activity'])
        const taken = own.flatMap((each) => each['readings'] ?? [])
        assert.deepEqual(
          taken.toSorted((a, b) => a - b),
          all.map(({ partitionId }) => partitionId),
        )
        const sizes = own.map((each) => each['readings']!.length)
        assert.ok(Math.max(...sizes) - Math.min(...sizes) <= 1)
      },
    ),
  )
})

test('three followers of one group on Kafka each have the same partitions of both topics', async () => {
  await using kafka = await kafkaForTests()
  await using stack = new AsyncDisposableStack()
  const prefix = `test.${randomUUID()}.`
  const followers = [holding(), holding(), holding()]
  for (const { follower } of followers) {
    const ledger = stack.adopt(
      await openKafkaLedger({ brokers: kafka.brokers, partitions: 4, prefix }),
      (one) => one.close(),
    )
    stack.adopt(await ledger.follow(topics, 'group', follower), (following) => following.close())
  }
  const sorted = (partitions: ReadonlySet<number>) => [...partitions].toSorted()
  await waitFor(
    () => {
      const all = followers.flatMap(({ held }) => sorted(held.readings))
      const none = followers.some(({ held }) => held.readings.size === 0)
      for (const { held } of followers) assert.deepEqual(sorted(held.readings), sorted(held.activity))
      assert.deepEqual(all.toSorted(), [0, 1, 2, 3])
      return !none
    },
    { what: 'each partition to have one follower, for both topics' },
  )
})
