import assert from 'node:assert/strict'
import { mkdtempDisposableSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { ReadingFact } from '@cufflink/contracts'
import { countDays, decodeDays, encodeDays } from '@cufflink/folds'
import type { LedgerRecord } from '@cufflink/ledger'
import { waitFor } from '@cufflink/testkit'
import { type Commit, LEDGER_MARK, openLiveViews, openSqliteViews, type Views } from '@cufflink/views'
import fc from 'fast-check'
import { trackPartition } from '../../src/fold/partition.ts'
import type { Projection, Target } from '../../src/fold/projection.ts'
import { readingsProjection } from '../../src/fold/readings.ts'
import {
  ledgerOf,
  ofOtherFold,
  recorded,
  records,
  retracted,
  temporaryViews,
  viewsOfNextFold,
} from '../harness.ts'

const shard = { topic: 'readings', partition: 0 } as const
const OCTOBER = 'days:t/p-1:2026-10'

type PartitionViews = Pick<Views, 'generation' | 'watermark' | 'load' | 'commit' | 'reset'>
type Told = {
  readonly unreadable?: LedgerRecord[]
  readonly resets?: string[]
  readonly end?: number
  readonly cacheBytes?: number
  readonly projection?: Projection
}

const track = (
  views: PartitionViews,
  {
    unreadable = [],
    resets = [],
    end = 1_000,
    cacheBytes = 10_000,
    projection = readingsProjection,
  }: Told = {},
) =>
  trackPartition({
    shard,
    views,
    ledger: ledgerOf(end),
    projection,
    cacheBytes,
    unreadable: (record) => unreadable.push(record),
    wasReset: (code) => resets.push(code),
  })

async function daysOf(views: Views, key = OCTOBER): Promise<number> {
  const [bytes] = await views.load(shard, [key])
  return bytes === undefined ? 0 : countDays([decodeDays(bytes)], { zone: 'UTC' }).dates
}

test('a batch becomes its documents and the watermark after it', async () => {
  await using views = await temporaryViews()
  const tracker = track(views)
  assert.equal(await tracker.locate(), 0)
  const facts = [recorded(0), recorded(1), recorded(1)]
  const applied = await tracker.apply(records(facts))
  assert.deepEqual(applied, { next: 3, outcome: 'committed', folded: 3, facts })
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
  assert.deepEqual(await tracker.apply(records([recorded(0)])), {
    next: 2,
    outcome: 'mismatch',
    folded: 0,
    facts: [],
  })
})

test('a batch beyond the watermark is a gap: nothing is folded over it', async () => {
  await using views = await temporaryViews()
  const tracker = track(views)
  await tracker.locate()
  assert.deepEqual(await tracker.apply(records([recorded(5)], 5)), {
    next: 0,
    outcome: 'gap',
    folded: 0,
    facts: [],
  })
  assert.equal(await views.watermark(shard), 0)
})

test('a tracker of a past generation changes nothing and learns where the watermark is (P7)', async () => {
  await using views = await temporaryViews()
  const [zombie, heir] = [track(views), track(views)]
  await zombie.locate()
  await heir.locate()
  await heir.apply(records([recorded(0), recorded(1)]))
  assert.deepEqual(
    await zombie.apply(records([recorded(0)])),
    { next: 1, outcome: 'mismatch', folded: 0, facts: [] },
    'one before the watermark, to see what is there',
  )
  assert.equal(await daysOf(views), 2)
  const goesOn = await zombie.apply(records([recorded(1), recorded(2)], 1))
  assert.deepEqual(goesOn, { next: 3, outcome: 'committed', folded: 1, facts: [recorded(2)] })
  assert.equal(await daysOf(views), 3)
})

test('what no one can read is set aside where it lies, and the partition goes on (P11)', async () => {
  await using views = await temporaryViews()
  const unreadable: LedgerRecord[] = []
  const tracker = track(views, { unreadable })
  await tracker.locate()
  const future = JSON.stringify({ ...recorded(0), v: 99 })
  const deep = '['.repeat(100_000)
  const poison = ['', 'null', '{"type":"reading.recorded"', future, deep, '{"v":1e308}']
  await tracker.apply(records([...poison, recorded(0)]))
  assert.equal(unreadable.length, poison.length)
  assert.equal(await daysOf(views), 1)
  assert.equal(await views.watermark(shard), poison.length + 1)
})

test('a fact that adds nothing writes no document but the mark, and announces no one', async () => {
  await using views = await temporaryViews()
  const commits: Commit[] = []
  const tracker = track({
    generation: 1,
    watermark: views.watermark,
    load: views.load,
    reset: views.reset,
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
      [3, 1],
      [1, 0],
    ],
  )
})

test('records that do not follow one another are a gap: the ledger has lost some', async () => {
  await using views = await temporaryViews()
  const tracker = track(views)
  await tracker.locate()
  const [first, , third] = records([recorded(0), recorded(1), recorded(2)])
  assert.equal((await tracker.apply([first!, third!])).outcome, 'gap')
  assert.equal(await views.watermark(shard), 0)
})

/** Folds what a ledger holds as a follower does, from where the tracker says. */
async function fold(tracker: ReturnType<typeof track>, ledger: readonly LedgerRecord[]): Promise<string[]> {
  const outcomes: string[] = []
  for (let at = await tracker.locate(); at < ledger.length; ) {
    const applied = await tracker.apply(ledger.slice(at, at + 10))
    outcomes.push(applied.outcome)
    at = applied.next
  }
  return outcomes
}
const standing = (from: number, to: number) =>
  records(Array.from({ length: to - from }, (_, index) => recorded((from + index) % 25)))

test('a ledger that was restored to less than was folded is folded again, and counts all that comes then (P22)', async () => {
  await using views = await temporaryViews()
  const before = standing(0, 20)
  await fold(track(views, { end: 20 }), before)
  const resets: string[] = []
  const tracker = track(views, { end: 15, resets })
  assert.equal(await tracker.locate(), 0)
  assert.deepEqual(resets, ['VIEWS_AHEAD'])
  assert.deepEqual(tracker.again, { code: 'VIEWS_AHEAD', until: 15 })
  const restored = before.slice(0, 15)
  await fold(tracker, restored)
  assert.equal(await daysOf(views), 15)
  assert.equal(tracker.again, undefined, 'it is as far as it was')
})

test('a restored ledger that has grown past the watermark since is noticed by the fact before it (P22)', async () => {
  await using views = await temporaryViews()
  const before = standing(0, 20)
  await fold(track(views, { end: 20 }), before)
  const others = records(
    Array.from({ length: 10 }, (_, number) => recorded(number + 16, 'p-1')),
    15,
  )
  const grown = [...before.slice(0, 15), ...others]
  const resets: string[] = []
  const tracker = track(views, { end: grown.length, resets })
  assert.deepEqual((await fold(tracker, grown))[0], 'reset')
  assert.deepEqual(resets, ['LEDGER_EXCHANGED'])
  assert.equal(await views.watermark(shard), 25)
  assert.equal(await daysOf(views), 25, 'days 0 to 14 and 16 to 25')
})

test('why a partition is folded again outlives the tracker that found out', async () => {
  await using views = await temporaryViews()
  await fold(track(views, { end: 20 }), standing(0, 20))
  const first = track(views, { end: 15 })
  await first.locate()
  await first.apply(standing(0, 5))
  const second = track(views, { end: 15 })
  await second.locate()
  assert.deepEqual(second.again, { code: 'VIEWS_AHEAD', until: 15 })
})

test('the same ledger is folded on, and nothing is counted twice', async () => {
  await using views = await temporaryViews()
  const all = standing(0, 24)
  await fold(track(views, { end: 20 }), all.slice(0, 20))
  const resets: string[] = []
  assert.deepEqual(await fold(track(views, { end: 24, resets }), all), ['committed'])
  assert.deepEqual(resets, [])
  assert.equal(await daysOf(views), 24)
})

for (const [what, key, bytes] of [
  ['of a newer version', OCTOBER, Uint8Array.of(99, 1, 2, 3)],
  ['that is damaged', OCTOBER, new Uint8Array()],
  ['that says how far an older program came, and is missing,', 'ledger-mark', new Uint8Array()],
] as const)
  test(`a document ${what} does not stop its partition: it is folded again`, async () => {
    await using views = await temporaryViews()
    const all = standing(0, 24)
    await fold(track(views, { end: 20 }), all.slice(0, 20))
    const nothing = { members: [], changed: new Map() }
    await views.commit(shard, { expected: 20, next: 20, documents: [{ key, bytes }], ...nothing })
    const resets: string[] = []
    await fold(track(views, { end: 24, resets }), all)
    assert.deepEqual(resets, ['VIEWS_UNREADABLE'])
    assert.equal(await daysOf(views), 24)
    assert.equal(await views.watermark(shard), 24)
  })

for (const [what, marked] of [
  ['an older number', (bytes: Uint8Array) => ofOtherFold(bytes, -1)],
  ['no number', (bytes: Uint8Array) => withoutFold(bytes)],
] as const)
  test(`a partition whose fold has ${what} is folded again from the ledger by itself`, async () => {
    await using views = await temporaryViews()
    const all = standing(0, 24)
    await fold(track(views, { end: 20 }), all.slice(0, 20))
    const [mark] = await views.load(shard, [LEDGER_MARK])
    const documents = [
      { key: LEDGER_MARK, bytes: marked(mark!) },
      // As another fold would have it.
      { key: OCTOBER, bytes: encodeDays({ monthIndex: 2026 * 12 + 9, devices: [] }) },
    ]
    const nothing = { members: [], changed: new Map() }
    await views.commit(shard, { expected: 20, next: 20, documents, ...nothing })
    assert.equal(await daysOf(views), 0)
    const resets: string[] = []
    await fold(track(views, { end: 24, resets }), all)
    assert.deepEqual(resets, ['VIEWS_UNREADABLE'])
    assert.equal(await daysOf(views), 24)
    const again: string[] = []
    await track(views, { end: 24, resets: again }).locate()
    assert.deepEqual(again, [], 'it has the number now')
  })

const withoutFold = (bytes: Uint8Array): Uint8Array => {
  const { fold: _fold, ...mark } = JSON.parse(new TextDecoder().decode(bytes)) as { fold: number }
  return new TextEncoder().encode(JSON.stringify(mark))
}

test('a partition that a newer program folded is left as it is, wherever an older one meets it', async () => {
  await using views = await temporaryViews()
  const older = track(views, { end: 24 })
  const newer = track(viewsOfNextFold(views), { end: 24 })
  const all = standing(0, 24)
  await fold(older, all.slice(0, 20))
  await fold(newer, all.slice(0, 22))
  await assert.rejects(older.apply(all.slice(20, 24)), { code: 'VIEWS_NEWER' })
  await assert.rejects(track(views, { end: 24 }).locate(), { code: 'VIEWS_NEWER' })
  assert.equal(await views.watermark(shard), 22)
  assert.equal(await daysOf(views), 22)
  await fold(newer, all)
  assert.equal(await daysOf(views), 24)
})

test('documents are kept decoded up to a weight, and loaded again beyond it', async () => {
  async function loads(cacheBytes: number): Promise<number> {
    await using views = await temporaryViews()
    let count = 0
    const load: Views['load'] = (of, keys) => {
      if (keys.includes(OCTOBER)) count += 1
      return views.load(of, keys)
    }
    const tracker = track({ ...views, load }, { cacheBytes })
    await tracker.locate()
    for (const record of standing(0, 20)) await tracker.apply([record])
    assert.equal(await daysOf(views), 20)
    return count
  }
  assert.equal(await loads(100_000), 1)
  assert.equal(await loads(0), 20)
  const some = await loads(180)
  assert.ok(some > 1 && some < 20, `${some} loads`)
})

test('of a batch one document after the other is decoded, however many there are', async () => {
  await using views = await temporaryViews()
  const patients = Array.from({ length: 50 }, (_, number) => `p-${number}`)
  const all = records([0, 1].flatMap((number) => patients.map((patient) => recorded(number, patient))))
  await fold(track(views), all.slice(0, 50))
  let unfolded = 0
  let most = 0
  const counted = (kind: Target['kind']): Target['kind'] => ({
    ...kind,
    decode(bytes) {
      unfolded += 1
      most = Math.max(most, unfolded)
      return kind.decode(bytes)
    },
    fold(...fact) {
      unfolded = 0
      return kind.fold(...fact)
    },
  })
  const tracker = track(views, {
    cacheBytes: 0,
    projection: (fact, offset) =>
      readingsProjection(fact, offset).map((target) => ({ ...target, kind: counted(target.kind) })),
  })
  await tracker.apply(all.slice(await tracker.locate()))
  assert.equal(await daysOf(views, 'days:t/p-49:2026-10'), 2)
  assert.equal(most, 1)
})

for (const cacheBytes of [150, 250, 400, 550])
  test(`with room for ${cacheBytes} B a document that is loaded drives out none that the same batch is folded into`, async () => {
    await using views = await temporaryViews()
    const tracker = track(views, { cacheBytes })
    await tracker.locate()
    await tracker.apply(
      records([recorded(0, 'p-1'), recorded(1, 'p-1'), recorded(0, 'p-2'), recorded(1, 'p-2')]),
    )
    let at = 4
    for (const n of [2, 3, 4, 5]) {
      for (const patient of ['p-1', 'p-2']) {
        await tracker.apply(records([recorded(n, patient)], at))
        at += 1
      }
      const [first, second] = n % 2 === 0 ? ['p-1', 'p-2'] : ['p-2', 'p-1']
      await tracker.apply(records([recorded(n + 10, first), recorded(n + 10, second)], at))
      at += 2
    }
    for (const patient of ['p-1', 'p-2']) assert.equal(await daysOf(views, `days:t/${patient}:2026-10`), 10)
  })

test('tallies of a ledger that lost its beginning are not thrown away: they are all there is', async () => {
  await using views = await temporaryViews()
  await fold(track(views, { end: 20 }), standing(0, 20))
  const tracker = trackPartition({
    shard,
    views,
    ledger: { startOffsets: async () => [5], endOffsets: async () => [15] },
    projection: readingsProjection,
    cacheBytes: 10_000,
    unreadable: () => undefined,
    wasReset: assert.fail,
  })
  await assert.rejects(tracker.locate(), { code: 'LEDGER_GAP' })
  assert.equal(await daysOf(views), 20)
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
function flaky(views: Views, mishaps: fc.Stream<number>): PartitionViews {
  return {
    generation: 1,
    watermark: views.watermark,
    load: views.load,
    reset: views.reset,
    async commit(where, commit) {
      const mishap = mishaps.next().value
      if (mishap === 0) throw new Error('lost before')
      const outcome = await views.commit(where, commit)
      if (mishap === 1) throw new Error('lost after')
      return outcome
    },
  }
}

test('a partition that was folded in one generation goes on in the next from what is there', async () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), 'cufflink-generations-'))
  await using stack = new AsyncDisposableStack()
  const open = async (generation: number): Promise<Views> => {
    const opened = await openSqliteViews({ path: join(folder.path, 'views.db'), generation })
    return stack.adopt(opened, (one) => one.close())
  }
  const views = stack.adopt(await openLiveViews({ first: 1, open }), (one) => one.close())
  const next = await open(2)
  const tracker = track(views)
  await tracker.locate()
  await tracker.apply(records([recorded(0), recorded(1)]))
  const other = track(next)
  await other.locate()
  await other.apply(records([recorded(0)]))
  const [bytes] = await next.load(shard, [OCTOBER])
  await other.apply(records([recorded(1)], 1))
  // As another fold would have it, so that the two can be told apart.
  const documents = [{ key: OCTOBER, bytes: bytes! }]
  await next.commit(shard, { expected: 2, next: 2, documents, members: [], changed: new Map() })
  assert.deepEqual([await daysOf(views), await daysOf(next)], [2, 1])
  await next.generations.flip(1, 2)
  await waitFor(() => views.generation === 2, { what: 'the flip' })
  const met = await tracker.apply(records([recorded(2)], 2))
  assert.deepEqual([met.outcome, await daysOf(views)], ['mismatch', 1])
  assert.equal((await tracker.apply(records([recorded(1), recorded(2)], 1))).outcome, 'committed')
  assert.equal(await daysOf(views), 2)
})
