import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Partitioners } from 'kafkajs'
import { partitionOf } from '../src/index.ts'

const kafkajs = Partitioners.DefaultPartitioner()
const metadata = (count: number) =>
  Array.from({ length: count }, (_, partitionId) => ({
    partitionId,
    partitionErrorCode: 0,
    leader: 1,
    replicas: [1],
    isr: [1],
  }))

test("agrees with the Kafka client's own partitioner for any key", () => {
  fc.assert(
    fc.property(
      fc.string({ minLength: 1, maxLength: 600, unit: 'grapheme' }).filter((key) => !key.includes('#')),
      fc.integer({ min: 1, max: 128 }),
      (key, partitions) => {
        assert.equal(partitionOf(`${key}#${partitions}`, partitions), partitionOf(key, partitions))
        const message = { key, value: '' }
        const theirs = kafkajs({ topic: 't', partitionMetadata: metadata(partitions), message })
        assert.equal(partitionOf(key, partitions), theirs)
      },
    ),
  )
})
