import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ReadingFact } from '@cufflink/contracts'
import type { LedgerRecord } from '@cufflink/ledger'
import { countDays, decodeDays } from '@cufflink/rules'
import type { Commit, Views } from '@cufflink/views'
import fc from 'fast-check'
import { trackPartition } from '../src/partition.ts'
import { readingsProjection } from '../src/projections/readings.ts'
import { recorded, records, retracted, temporaryViews } from './harness.ts'

const shard = { topic: 'readings', partition: 0 } as const
const OCTOBER = 'days:t/p-1:2026-10'

function track(views: Pick<Views, 'watermark' | 'load' | 'commit'>, unreadable: LedgerRecord[] = []) {
  return trackPartition({
    shard,
    views,
    projection: readingsProjection,
    cacheSize: 10,
    unreadable: (record) => unreadable.push(record),
  })
}

async function daysOf(views: Views, key = OCTOBER): Promise<number> {
  const [bytes] = await views.load(shard, [key])
  return bytes === undefined ? 0 : countDays([decodeDays(bytes)], { zone: 'UTC' }).dates
}

test('a batch becomes its documents and the watermark after it', async () => {
  await using views = await temporaryViews()
  const tracker = track(views)
  assert.equal(await tracker.locate(), 0)
  const applied = await tracker.apply(records([recorded(0), recorded(1), recorded(1)]))
  assert.deepEqual(applied, { next: 3, outcome: 'committed' })
  assert.equal(await views.watermark(shard), 3)
  assert.equal(await daysOf(views), 2)
})

test('a retraction before, after or beside its reading leaves no day', async () => {
  await using views = await temporaryViews()
  const tracker = track(views)
  await tracker.locate()
  await tracker.apply(records([retracted(0), recorded(0), recorded(1), retracted(1)]))
  assert.equal(await daysOf(views), 0)
})

test('a batch that begins before the watermark is not folded again: the tracker says where it is', async () => {
  await using views = await temporaryViews()
  const tracker = track(views)
  await tracker.locate()
  await tracker.apply(records([recorded(0), recorded(1)]))
  assert.deepEqual(await tracker.apply(records([recorded(0)])), { next: 2, outcome: 'mismatch' })
})

test('a batch beyond the watermark is a gap: nothing is folded over it', async () => {
  await using views = await temporaryViews()
  const tracker = track(views)
  await tracker.locate()
  assert.deepEqual(await tracker.apply(records([recorded(5)], 5)), { next: 0, outcome: 'gap' })
  assert.equal(await views.watermark(shard), 0)
})

test('a tracker of a past generation changes nothing and learns where the watermark is (P7)', async () => {
  await using views = await temporaryViews()
  const [zombie, heir] = [track(views), track(views)]
  await zombie.locate()
  await heir.locate()
  await heir.apply(records([recorded(0), recorded(1)]))
  assert.deepEqual(await zombie.apply(records([recorded(0)])), { next: 2, outcome: 'mismatch' })
  assert.equal(await daysOf(views), 2)
  assert.deepEqual(await zombie.apply(records([recorded(2)], 2)), { next: 3, outcome: 'committed' })
  assert.equal(await daysOf(views), 3)
})

test('what nobody can read is set aside where it lies, and the partition goes on (P11)', async () => {
  await using views = await temporaryViews()
  const unreadable: LedgerRecord[] = []
  const tracker = track(views, unreadable)
  await tracker.locate()
  const future = JSON.stringify({ ...recorded(0), v: 99 })
  const deep = '['.repeat(100_000)
  const poison = ['', 'null', '{"type":"reading.recorded"', future, deep, '{"v":1e308}']
  await tracker.apply(records([...poison, recorded(0)]))
  assert.equal(unreadable.length, poison.length)
  assert.equal(await daysOf(views), 1)
  assert.equal(await views.watermark(shard), poison.length + 1)
})

test('a fact that adds nothing writes no document and announces nobody', async () => {
  await using views = await temporaryViews()
  const commits: Commit[] = []
  const tracker = track({
    watermark: views.watermark,
    load: views.load,
    commit: (where, commit) => {
      commits.push(commit)
      return views.commit(where, commit)
    },
  })
  await tracker.locate()
  await tracker.apply(records([recorded(0)]))
  await tracker.apply(records([recorded(0)], 1))
  assert.deepEqual(
    commits.map(({ documents, changed }) => [documents.length, changed.size]),
    [
      [2, 1],
      [0, 0],
    ],
  )
})

const numbers = fc.array(fc.integer({ min: 0, max: 25 }), { minLength: 1, maxLength: 40 })

test('whatever the batches, repetitions, lost answers and rollbacks, the days are those of the facts', async () => {
  await fc.assert(
    fc.asyncProperty(
      numbers,
      fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
      fc.infiniteStream(fc.nat(5)),
      async (days, sizes, mishaps) => {
        await using views = await temporaryViews()
        const facts: ReadingFact[] = days.map((number) =>
          number % 7 === 3 ? retracted(number) : recorded(number),
        )
        const all = records(facts)
        let tracker = track(flaky(views, mishaps))
        let position = await tracker.locate()
        for (let turn = 0; position < all.length; turn += 1) {
          const size = sizes[turn % sizes.length]!
          try {
            position = (await tracker.apply(all.slice(position, position + size))).next
          } catch {
            tracker = track(flaky(views, mishaps))
            position = await tracker.locate()
          }
        }
        const standing = new Set(days.filter((number) => number % 7 !== 3))
        assert.equal(await daysOf(views), standing.size)
      },
    ),
    { numRuns: 60 },
  )
})

/** Views whose commits now and then are lost, or done with the answer lost. */
function flaky(views: Views, mishaps: fc.Stream<number>): Pick<Views, 'watermark' | 'load' | 'commit'> {
  return {
    watermark: views.watermark,
    load: views.load,
    async commit(where, commit) {
      const mishap = mishaps.next().value
      if (mishap === 0) throw new Error('lost before')
      const outcome = await views.commit(where, commit)
      if (mishap === 1) throw new Error('lost after')
      return outcome
    },
  }
}
