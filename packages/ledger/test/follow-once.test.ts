import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Follower, followOnce, followToEnd, type LedgerRecord } from '../src/index.ts'

const TEXT = JSON.stringify({
  id: 'placed-1',
  type: 'reading.placed',
  v: 1,
  tenant: 'riverside',
  at: 1_790_000_000_000,
  by: 'service:gateway',
  data: { device: 'cuff-1', readingId: '1' },
})
const record = (offset: number, partition = 1): LedgerRecord => ({
  topic: 'unassigned',
  partition,
  offset,
  key: 'cuff-1',
  text: TEXT,
})

/** A ledger that hands its partitions out when it is told to, as a consumer does each time that it joins its group. */
function handingOut() {
  let follower: Follower | undefined
  const ledger = {
    startOffsets: async () => [0, 0],
    endOffsets: async () => [0, 0],
    async followAll(_topics: unknown, told: Follower) {
      follower = told
      return { rewind: () => undefined, close: async () => undefined }
    },
  }
  const assigned = (partition: number) => follower!.assigned('unassigned', partition)
  const apply = (...records: LedgerRecord[]) =>
    follower!.apply({ topic: 'unassigned', partition: records[0]!.partition, records })
  return { ledger, assigned, apply }
}

test('a partition that is handed out again goes on where it was; another begins at its beginning', async () => {
  const { ledger, assigned, apply } = handingOut()
  const taken: number[] = []
  await followOnce(ledger, 'unassigned', {
    begin: async (partition) => 10 * partition,
    take: ({ records }) => void taken.push(...records.map(({ offset }) => offset)),
  })
  assert.equal(await assigned(1), 10)
  assert.equal(await apply(record(10), record(11)), 12)
  assert.equal(await assigned(1), 12)
  assert.equal(await assigned(0), 0)
  await apply(record(12))
  assert.equal(await assigned(1), 13)
  assert.deepEqual(taken, [10, 11, 12])
})

test('a topic that is followed to its end hands no fact over twice either', async () => {
  const { ledger, assigned, apply } = handingOut()
  let facts = 0
  await followToEnd(ledger, 'unassigned', () => void (facts += 1))
  assert.equal(await assigned(1), 0)
  await apply(record(0), record(1))
  assert.equal(await assigned(1), 2)
  assert.equal(facts, 2)
})
