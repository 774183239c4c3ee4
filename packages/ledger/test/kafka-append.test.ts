import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CufflinkError } from '@cufflink/contracts'
import type { Entry } from '../src/group-commit.ts'
import { offsetsOf } from '../src/kafka/append.ts'

const entry = (partition: number): Entry => ({ topic: 'readings', partition, key: 'k', text: '{}' })
const answer = (partition: number, baseOffset: string) => ({
  topicName: 'x.readings',
  partition,
  errorCode: 0,
  baseOffset,
})

test('entries of a partition get consecutive offsets from the one that the broker gave its batch', () => {
  const entries = [entry(0), entry(1), entry(0), entry(1)]
  assert.deepEqual(offsetsOf(entries, [answer(1, '7'), answer(0, '40')], 'x.'), [40, 7, 41, 8])
})

test('a partition that no broker answered for is not durable, whatever kafkajs says of the batch', () => {
  assert.throws(
    () => offsetsOf([entry(1), entry(0)], [answer(1, '7')], 'x.'),
    (error) => error instanceof CufflinkError && error.code === 'LEDGER_UNAVAILABLE',
  )
})
