import assert from 'node:assert/strict'
import type { AsOf, Evaluated, Evaluations, Tally, Views } from '../../src/port.ts'
import { batch, changed, listener, type OpenedViews, otherShard, shard, text, unavailable } from './tools.ts'

const { partition } = shard
const at = (readings: number, activity: number) => ({ readings, activity })

/** An evaluation of p-1 that comes to nothing but what is told. */
const evaluated = (told: Partial<Evaluated>): Evaluated => {
  const { asOf = at(0, 0), tally = {}, states = [], ...more } = told
  const fields = { asOfReadings: String(asOf.readings), asOfActivity: String(asOf.activity), ...tally }
  return { tenant: 'riverside', patient: 'p-1', mark: 0, asOf, tally: fields, states, ...more }
}
const name = 'riverside/p-1'

/** Brings both shards of a partition to these watermarks. */
async function reach(
  { commit, watermark }: Pick<Views, 'commit' | 'watermark'>,
  { readings, activity }: AsOf,
) {
  for (const [where, next] of [
    [shard, readings],
    [otherShard, activity],
  ] as const)
    await commit(where, batch({ expected: await watermark(where), next }))
}

const tallyOf = async (evaluations: Evaluations, where = partition): Promise<Tally> =>
  (await evaluations.tallies(where, [name]))[0]!

/** What views promise of evaluations, by name. */
export const evaluationPromises = {
  'a commit marks the patients that it changes, of both topics, with a higher mark each time': async ({
    views,
    beside,
  }) => {
    const { evaluations } = await beside()
    assert.deepEqual(await evaluations.marked(partition), new Map())
    await views.commit(shard, batch({ changed: changed('riverside', 'p-1', 'p-2') }))
    const first = await evaluations.marked(partition)
    assert.deepEqual([...first.keys()].toSorted(), [name, 'riverside/p-2'])
    await views.commit(otherShard, batch({ changed: changed('riverside', 'p-1') }))
    const [again, still, none] = await evaluations.marksOf(partition, [
      name,
      'riverside/p-2',
      'riverside/p-3',
    ])
    assert.ok(again! > first.get(name)!)
    assert.equal(still, first.get('riverside/p-2'))
    assert.equal(none, 0)
    assert.deepEqual(await evaluations.marked(partition + 1), new Map())
  },

  'a commit marks the clinicians’ months of which it writes a part, and a shard that is reset those of which it loses one':
    async ({ views: { evaluations, commit, reset } }) => {
      const part = 'clinician:riverside/nurse:2026-10'
      const documents = [part, 'minutes:riverside/p-1:2026-10'].map((key) => ({ key, bytes: text('1') }))
      const follower = { ...otherShard, follower: 'late-changes' }
      await commit(follower, batch({ documents }))
      assert.deepEqual(await evaluations.marked(partition), new Map())
      await commit(otherShard, batch({ documents }))
      const marks = await evaluations.marked(partition)
      assert.deepEqual([...marks.keys()], [part])
      const mark = marks.get(part)!
      await evaluations.unmark(partition, new Map([[part, mark - 1]]))
      assert.deepEqual(await evaluations.marksOf(partition, [part]), [mark])
      await evaluations.unmark(partition, new Map([[part, mark]]))
      assert.deepEqual(await evaluations.marked(partition), new Map())
      await reset(follower, 1)
      assert.deepEqual(await evaluations.marked(partition), new Map())
      await reset(otherShard, 1)
      const [after] = await evaluations.marksOf(partition, [part])
      assert.ok(after! > mark)
      assert.deepEqual([...(await evaluations.marked(partition)).keys()], [part])
    },

  'the tally of a clinician’s month is written over the revision that was read, and no other': async ({
    views: { evaluations, commit, reset },
    beside,
  }) => {
    const part = 'clinician:riverside/nurse:2026-10'
    const read = async () => (await (await beside()).evaluations.tallies(partition, [part]))[0]
    const write = (revision: string, tally: Tally) =>
      evaluations.replace(partition, part, { revision, tally })
    assert.equal(await write('r-0', { revision: 'r-1' }), 'other', 'there is none yet')
    assert.equal(await write('', { revision: 'r-1', seconds: '60', patients: '2' }), 'written')
    assert.equal(await write('', { revision: 'r-2', seconds: '1' }), 'other')
    assert.deepEqual({ ...(await read()) }, { revision: 'r-1', seconds: '60', patients: '2' })
    assert.equal(await write('r-1', { revision: 'r-2', seconds: '90' }), 'written')
    assert.deepEqual({ ...(await read()) }, { revision: 'r-2', seconds: '90' })
    assert.equal(await write('r-2', {}), 'written')
    assert.deepEqual({ ...(await read()) }, {})
    await write('', { revision: 'r-3' })
    await commit(shard, batch({ next: 4 }))
    await reset(shard, 4)
    assert.deepEqual({ ...(await read()) }, {})
    assert.deepEqual([...(await evaluations.marked(partition)).keys()], [part])
  },

  'a batch that meets another watermark marks no one, nor does what another follower writes': async ({
    views,
  }) => {
    await views.commit(shard, batch({ expected: 5, next: 6, changed: changed('riverside', 'p-1') }))
    const follower = { ...shard, follower: 'late-changes' }
    await views.commit(follower, batch({ changed: changed('riverside', 'p-1') }))
    assert.deepEqual(await views.evaluations.marked(partition), new Map())
  },

  'a conclusion writes the tally whole, in the place of the one before, and removes the mark': async ({
    views: { evaluations, commit },
    beside,
  }) => {
    await commit(shard, batch({ changed: changed('riverside', 'p-1') }))
    const [mark = 0] = await evaluations.marksOf(partition, [name])
    const first = evaluated({ mark, tally: { dataDays: '3', state: 'short' } })
    assert.equal(await evaluations.conclude(partition, first), 'written')
    const reader = (await beside()).evaluations
    assert.deepEqual({ ...(await tallyOf(reader)) }, first.tally)
    assert.deepEqual(await reader.marked(partition), new Map())
    const second = evaluated({ tally: { dataDays: '4' } })
    await evaluations.conclude(partition, second)
    assert.deepEqual({ ...(await tallyOf(reader)) }, second.tally)
    await evaluations.conclude(partition, { ...second, tally: {} })
    assert.deepEqual({ ...(await tallyOf(reader)) }, {})
  },

  'a mark that was raised meanwhile stays': async ({ views }) => {
    const { evaluations, commit } = views
    await commit(shard, batch({ changed: changed('riverside', 'p-1') }))
    const [mark = 0] = await evaluations.marksOf(partition, [name])
    await commit(shard, batch({ expected: 1, next: 2, changed: changed('riverside', 'p-1') }))
    assert.equal(await evaluations.conclude(partition, evaluated({ mark })), 'written')
    const [raised = 0] = await evaluations.marksOf(partition, [name])
    assert.ok(raised > mark)
    // Removed and given again, it is another: who still holds the first cannot remove it.
    await evaluations.conclude(partition, evaluated({ mark: raised, asOf: at(2, 0) }))
    await evaluations.mark(partition, [name])
    await evaluations.conclude(partition, evaluated({ mark, asOf: at(2, 0) }))
    await evaluations.conclude(partition, evaluated({ mark: raised, asOf: at(2, 0) }))
    assert.equal((await evaluations.marked(partition)).size, 1)
  },

  'a commit raises late marks in the same step, beside the others; each is removed unless it was raised meanwhile':
    async ({ views: { evaluations, commit }, beside }) => {
      const [march, april] = [`${name}/2026-03`, `${name}/2026-04`]
      const late = async (where = partition) => [...(await evaluations.late(where, 0, 10)).keys()]
      await commit(shard, batch({ late: [march, april] }))
      await commit(shard, batch({ expected: 5, next: 6, late: [`${name}/2026-05`] }))
      await commit({ ...shard, follower: 'late-changes' }, batch({ late: [`${name}/2026-06`] }))
      const other = (await beside()).evaluations
      const marks = await other.late(partition, 0, 10)
      assert.deepEqual([...marks.keys()], [april, march])
      assert.deepEqual(await evaluations.marked(partition), new Map())
      await evaluations.markLate(partition, [april])
      await other.unmarkLate(partition, marks)
      assert.deepEqual(await late(), [april])
      await other.unmarkLate(partition + 1, await evaluations.late(partition, 0, 10))
      await other.unmarkLate(partition, new Map())
      assert.deepEqual(await late(), [april])
      await other.unmarkLate(partition, await evaluations.late(partition, 0, 10))
      assert.deepEqual(await late(), [])
    },

  'late marks are read some at a time: the last that were raised first, and what concerns every line behind all others':
    async ({ views: { evaluations } }) => {
      const late = async (from: number, count: number) => [
        ...(await evaluations.late(partition, from, count)).keys(),
      ]
      const [all, ...months] = ['all', '2026-05', '2026-03', '2026-04'].map((what) => `${name}/${what}`)
      for (const one of [...months.toReversed(), all!]) await evaluations.markLate(partition, [one])
      assert.deepEqual(await late(0, 2), months.slice(0, 2))
      assert.deepEqual(await late(2, 2), [months[2], all])
      assert.deepEqual(await late(4, 2), [])
      await evaluations.markLate(partition, [months[2]!])
      assert.deepEqual(await late(0, 4), [months[2], months[0], months[1], all])
      const marks = await evaluations.late(partition, 0, 4)
      await evaluations.markLate(partition, [all!])
      await evaluations.unmarkLate(partition, marks)
      assert.deepEqual(await late(0, 4), [all], 'raised meanwhile')
      await evaluations.unmarkLate(partition, await evaluations.late(partition, 0, 4))
      assert.deepEqual(await late(0, 4), [])
      assert.deepEqual(await evaluations.late(partition + 1, 0, 4), new Map())
    },

  'a conclusion raises late marks with the tally, and none where it is not written': async ({ views }) => {
    const { evaluations } = views
    await reach(views, at(20, 10))
    const [all, late] = [`${name}/all`, () => evaluations.late(partition, 0, 10)]
    await evaluations.conclude(partition, evaluated({ asOf: at(21, 10), late: [all] }))
    assert.deepEqual(await late(), new Map())
    const written = evaluated({ asOf: at(20, 10), tally: { dataDays: '3' }, late: [all] })
    assert.equal(await evaluations.conclude(partition, written), 'written')
    assert.deepEqual([...(await late()).keys()], [all])
    assert.deepEqual({ ...(await tallyOf(evaluations)) }, written.tally)
    await evaluations.conclude(partition, { ...written, late: [] })
    assert.deepEqual([...(await late()).keys()], [all])
  },

  'nothing is written over a tally of later watermarks, and the mark stays': async ({ views }) => {
    const { evaluations } = views
    await reach(views, at(20, 100))
    const later = evaluated({ asOf: at(20, 10), tally: { dataDays: '9' } })
    await evaluations.conclude(partition, later)
    await evaluations.mark(partition, [name])
    const [mark = 0] = await evaluations.marksOf(partition, [name])
    for (const asOf of [at(19, 10), at(20, 9), at(3, 100)]) {
      const stale = evaluated({ mark, asOf, tally: { dataDays: '1' }, due: 5 })
      assert.equal(await evaluations.conclude(partition, stale), 'older')
    }
    assert.deepEqual({ ...(await tallyOf(evaluations)) }, later.tally)
    assert.deepEqual(await evaluations.marksOf(partition, [name]), [mark])
    assert.deepEqual(await evaluations.due(partition, 10, 10), [])
    assert.equal(await evaluations.conclude(partition, evaluated({ asOf: at(20, 10) })), 'written')
  },

  'patients are due in the order of their instants, until they are evaluated again': async ({
    views: { evaluations },
  }) => {
    const far = Date.UTC(2126, 0, 1)
    for (const [patient, due] of [
      ['p-1', 300],
      ['p-2', 100],
      ['p-3', 200],
      ['p-4', far],
    ] as const)
      await evaluations.conclude(partition, evaluated({ patient, due }))
    assert.deepEqual(await evaluations.due(partition, 99, 10), [])
    assert.deepEqual(await evaluations.due(partition, 300, 2), ['riverside/p-2', 'riverside/p-3'])
    assert.deepEqual(await evaluations.due(partition + 1, far, 10), [])
    await evaluations.conclude(partition, evaluated({ patient: 'p-2', due: 400 }))
    await evaluations.conclude(partition, evaluated({ patient: 'p-3' }))
    assert.deepEqual(await evaluations.due(partition, far, 10), [name, 'riverside/p-2', 'riverside/p-4'])
  },

  'a shard that is reset takes the tallies of its partition with it, marks their patients, and no others':
    async ({ views: { evaluations, commit, reset } }) => {
      for (const where of [partition, partition + 1])
        await evaluations.conclude(where, evaluated({ tally: { dataDays: '3' }, due: 1 }))
      const follower = { ...shard, follower: 'late-changes' }
      await commit(follower, batch({ next: 4 }))
      await reset(follower, 4)
      assert.equal((await tallyOf(evaluations))['dataDays'], '3')
      await commit(shard, batch({ next: 4 }))
      await reset(shard, 4)
      assert.deepEqual({ ...(await tallyOf(evaluations)) }, {})
      assert.deepEqual(await evaluations.due(partition, 10, 10), [])
      assert.deepEqual([...(await evaluations.marked(partition)).keys()], [name])
      assert.deepEqual(await evaluations.marked(partition + 1), new Map())
      assert.equal((await tallyOf(evaluations, partition + 1))['dataDays'], '3')
      assert.deepEqual(await evaluations.due(partition + 1, 10, 10), [name])
      assert.equal(
        await evaluations.conclude(partition, evaluated({ asOf: at(0, 0) })),
        'written',
        'of a new ledger',
      )
    },

  'nothing is written of watermarks that are no more: a shard was reset meanwhile': async ({ views }) => {
    const { evaluations, reset, watermark } = views
    await reach(views, at(20, 10))
    await evaluations.mark(partition, [name])
    const [mark = 0] = await evaluations.marksOf(partition, [name])
    const before = evaluated({ mark, asOf: at(20, 10), tally: { dataDays: '9' }, due: 5 })
    await reset(shard, await watermark(shard))
    assert.equal(await evaluations.conclude(partition, before), 'older')
    assert.deepEqual({ ...(await tallyOf(evaluations)) }, {})
    assert.deepEqual(await evaluations.due(partition, 10, 10), [])
    assert.deepEqual([...(await evaluations.marked(partition)).keys()], [name])
    assert.equal(await evaluations.conclude(partition, evaluated({ asOf: at(0, 10) })), 'written')
  },

  'a practice has in each state as many patients as were concluded in it last, however often, and none without a tally':
    async ({ views: { evaluations }, beside }) => {
      const riverside = () => evaluations.counts(partition, 'riverside')
      assert.deepEqual(await riverside(), {})
      const first = evaluated({ states: ['patients', 'near'] })
      for (const one of [first, first, evaluated({ patient: 'p-2', states: ['patients'] })])
        await evaluations.conclude(partition, one)
      await evaluations.conclude(partition, evaluated({ tenant: 'hillside', states: ['patients'] }))
      await evaluations.conclude(partition + 1, evaluated({ patient: 'p-3', states: ['near'] }))
      assert.deepEqual(await riverside(), { patients: 2, near: 1 })
      assert.deepEqual(await (await beside()).evaluations.counts(partition, 'hillside'), { patients: 1 })
      assert.deepEqual(await evaluations.counts(partition + 1, 'riverside'), { near: 1 })
      await evaluations.conclude(partition, evaluated({ states: ['patients', 'call'] }))
      assert.deepEqual(await riverside(), { patients: 2, call: 1 })
      await evaluations.conclude(partition, evaluated({ states: [] }))
      assert.deepEqual(await riverside(), { patients: 1 })
    },

  'what is not written counts for nothing, and a shard that is reset forgets the counts of its partition alone':
    async ({ views: { evaluations, commit, reset, watermark } }) => {
      await reach({ commit, watermark }, at(20, 10))
      const states = ['patients']
      await evaluations.conclude(partition, evaluated({ asOf: at(20, 10), states }))
      for (const asOf of [at(19, 10), at(21, 10)])
        await evaluations.conclude(partition, evaluated({ asOf, states: ['patients', 'near'] }))
      await evaluations.conclude(partition + 1, evaluated({ patient: 'p-2', states }))
      assert.deepEqual(await evaluations.counts(partition, 'riverside'), { patients: 1 })
      await reset(shard, 20)
      assert.deepEqual(await evaluations.counts(partition, 'riverside'), {})
      assert.deepEqual(await evaluations.counts(partition + 1, 'riverside'), { patients: 1 })
      await evaluations.conclude(partition, evaluated({ states }))
      assert.deepEqual(await evaluations.counts(partition, 'riverside'), { patients: 1 })
    },

  'tallies come in the order in which they are asked for, and empty where there is none': async ({
    views: { evaluations },
  }) => {
    for (const patient of ['p-1', 'p-2'])
      await evaluations.conclude(partition, evaluated({ patient, tally: { dataDays: patient } }))
    const found = await evaluations.tallies(partition, ['riverside/p-2', 'riverside/p-3', name])
    assert.deepEqual(
      found.map(({ dataDays }) => dataDays),
      ['p-2', undefined, 'p-1'],
    )
    assert.deepEqual(await evaluations.tallies(partition, []), [])
  },

  'a watcher hears of each tally of its practice that is written, and of nothing else': async ({ views }) => {
    const { evaluations, commit } = views
    await reach(views, at(5, 5))
    const { watcher, told, next } = listener()
    const stop = await evaluations.watch('riverside', watcher)
    await commit(shard, batch({ expected: 5, next: 6, changed: changed('riverside', 'p-5') }))
    await evaluations.conclude(partition, evaluated({ asOf: at(5, 5) }))
    assert.deepEqual(await next(), { tenant: 'riverside', patients: ['p-1'] })
    await evaluations.conclude(partition, evaluated({ asOf: at(4, 5) }))
    await evaluations.conclude(partition, evaluated({ tenant: 'hillside', patient: 'p-3' }))
    await evaluations.mark(partition, ['riverside/p-4'])
    await evaluations.conclude(partition + 1, evaluated({ patient: 'p-2' }))
    assert.deepEqual(await next(), { tenant: 'riverside', patients: ['p-2'] })
    assert.deepEqual(told, [])
    stop()
  },

  'closed views reject every call about evaluations': async ({ views }) => {
    await views.close()
    const { evaluations } = views
    const calls = [
      () => evaluations.marked(partition),
      () => evaluations.marksOf(partition, [name]),
      () => evaluations.mark(partition, [name]),
      () => evaluations.unmark(partition, new Map([[name, 1]])),
      () => evaluations.late(partition, 0, 1),
      () => evaluations.markLate(partition, [name]),
      () => evaluations.unmarkLate(partition, new Map([[name, 1]])),
      () => evaluations.replace(partition, name, { revision: '', tally: {} }),
      () => evaluations.due(partition, 1, 1),
      () => evaluations.conclude(partition, evaluated({})),
      () => evaluations.tallies(partition, [name]),
      () => evaluations.counts(partition, 'riverside'),
      () => evaluations.watch('riverside', { changed: () => undefined, resync: () => undefined }),
    ]
    for (const call of calls) await assert.rejects(call(), unavailable)
  },
} as const satisfies Record<string, (opened: OpenedViews) => Promise<void>>
