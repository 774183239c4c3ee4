import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import {
  batch,
  changed,
  countTo,
  listener,
  type OpenedViews,
  otherShard,
  plain,
  shard,
  text,
  unavailable,
} from './tools.ts'

/** Everything views promise, by name, so that a test can also show a promise broken. */
export const promises = {
  'a shard begins at watermark 0, without documents and members': async ({ views }) => {
    assert.equal(await views.watermark(shard), 0)
    assert.deepEqual(await views.load(shard, ['a', 'b']), [undefined, undefined])
    assert.deepEqual(await views.members(shard, 'patients'), [])
    assert.match(views.engine, /^\w+ \d+\.\d+/)
    await views.ping()
  },

  'a commit moves the watermark and the documents of its shard alone': async ({ views, beside }) => {
    const documents = [
      { key: 'a', bytes: text('one') },
      { key: 'b', bytes: text('two') },
    ]
    const outcome = await views.commit(shard, batch({ next: 7, documents }))
    assert.deepEqual(outcome, { outcome: 'committed' })
    const reader = await beside()
    assert.equal(await reader.watermark(shard), 7)
    assert.deepEqual((await reader.load(shard, ['b', 'none', 'a'])).map(plain), [
      text('two'),
      undefined,
      text('one'),
    ])
    assert.equal(await reader.watermark(otherShard), 0)
    assert.deepEqual(await reader.load(otherShard, ['a']), [undefined])
  },

  'a later commit replaces a document': async ({ views }) => {
    await views.commit(shard, batch({ documents: [{ key: 'a', bytes: text('old') }] }))
    await views.commit(shard, batch({ expected: 1, next: 2, documents: [{ key: 'a', bytes: text('new') }] }))
    assert.deepEqual((await views.load(shard, ['a'])).map(plain), [text('new')])
  },

  'a mismatch writes nothing, announces nothing and tells where the watermark is': async ({ views }) => {
    await views.commit(shard, batch({ next: 5 }))
    const { watcher, next } = listener()
    await views.watch('riverside', watcher)
    for (const expected of [0, 4, 6, 100]) {
      const wrong = batch({
        expected,
        next: expected + 10,
        documents: [{ key: 'a', bytes: text('wrong') }],
        members: [{ set: 'patients', member: 'wrong' }],
        changed: changed('riverside', 'wrong'),
      })
      assert.deepEqual(await views.commit(shard, wrong), { outcome: 'mismatch', watermark: 5 })
    }
    assert.equal(await views.watermark(shard), 5)
    assert.deepEqual(await views.load(shard, ['a']), [undefined])
    assert.deepEqual(await views.members(shard, 'patients'), [])
    await views.commit(shard, batch({ expected: 5, next: 6, changed: changed('riverside', 'p-1') }))
    assert.deepEqual(await next(), { tenant: 'riverside', patients: ['p-1'] })
  },

  'of two racing committers exactly one wins every round': async ({ views, beside }) => {
    const racers = [views, await beside()]
    for (let round = 0; round < 20; round += 1) {
      const outcomes = await Promise.all(
        racers.map((racer, index) => {
          const documents = [{ key: 'winner', bytes: text(`${round}/${index}`) }]
          return racer.commit(shard, batch({ expected: round * 10, next: round * 10 + 10, documents }))
        }),
      )
      const winners = outcomes.flatMap(({ outcome }, index) => (outcome === 'committed' ? [index] : []))
      assert.equal(winners.length, 1)
      assert.deepEqual((await views.load(shard, ['winner'])).map(plain), [text(`${round}/${winners[0]}`)])
    }
  },

  'a commit sent twice is applied once': async ({ views }) => {
    const twice = batch({ next: 10, documents: [{ key: 'a', bytes: text('once') }] })
    assert.deepEqual(await views.commit(shard, twice), { outcome: 'committed' })
    assert.deepEqual(await views.commit(shard, twice), { outcome: 'mismatch', watermark: 10 })
  },

  'who is left over from an earlier generation cannot write': async ({ views, beside }) => {
    const zombie = await beside()
    const remembered = await zombie.watermark(shard)
    await views.commit(shard, batch({ next: 10, documents: [{ key: 'a', bytes: text('true') }] }))
    const late = batch({ expected: remembered, next: 25, documents: [{ key: 'a', bytes: text('false') }] })
    assert.deepEqual(await zombie.commit(shard, late), { outcome: 'mismatch', watermark: 10 })
    assert.deepEqual((await views.load(shard, ['a'])).map(plain), [text('true')])
  },

  'any bytes survive': async ({ views }) => {
    const all = Uint8Array.from({ length: 256 }, (_, byte) => byte)
    const values = [all, new Uint8Array(0), new Uint8Array([0xff, 0xfe, 0, 0x0d, 0x0a]), all.subarray(10, 20)]
    const documents = values.map((bytes, index) => ({ key: `ключ ${index} {x}:\r\n`, bytes }))
    await views.commit(shard, batch({ documents }))
    const keys = documents.map(({ key }) => key)
    assert.deepEqual((await views.load(shard, keys)).map(plain), values.map(plain))
  },

  '2,000 documents of 1 KB, their members and patients go in one commit': async ({ views }) => {
    const documents = Array.from({ length: 2000 }, (_, n) => ({
      key: `days:riverside/p-${n}:2026-10`,
      bytes: randomBytes(1024),
    }))
    const patients = documents.map((_, n) => `p-${n}`)
    const members = patients.flatMap((member) => ['patients', 'months'].map((set) => ({ set, member })))
    const { watcher, next } = listener()
    await views.watch('riverside', watcher)
    const whole = batch({ next: 2000, documents, members, changed: changed('riverside', ...patients) })
    assert.deepEqual(await views.commit(shard, whole), { outcome: 'committed' })
    const loaded = await views.load(
      shard,
      documents.map(({ key }) => key),
    )
    assert.deepEqual(
      loaded.map(plain),
      documents.map(({ bytes }) => plain(bytes)),
    )
    for (const set of ['patients', 'months'])
      assert.deepEqual((await views.members(shard, set)).toSorted(), patients.toSorted())
    assert.deepEqual(await next(), { tenant: 'riverside', patients })
  },

  'adding a member twice is adding it once, in the set of its shard': async ({ views }) => {
    const members = ['p-1', 'p-2', 'p-1'].map((member) => ({ set: 'patients:riverside', member }))
    await views.commit(shard, batch({ members }))
    await views.commit(shard, batch({ expected: 1, next: 2, members }))
    assert.deepEqual((await views.members(shard, 'patients:riverside')).toSorted(), ['p-1', 'p-2'])
    assert.deepEqual(await views.members(shard, 'patients:hillside'), [])
    assert.deepEqual(await views.members(otherShard, 'patients:riverside'), [])
  },

  'a commit of nothing tells whether the watermark is still there': async ({ views }) => {
    assert.deepEqual(await views.commit(shard, batch({ next: 0 })), { outcome: 'committed' })
    assert.equal(await views.watermark(shard), 0)
    await views.commit(shard, batch({ next: 9 }))
    assert.deepEqual(await views.commit(shard, batch({ expected: 9, next: 9 })), { outcome: 'committed' })
    assert.deepEqual(await views.commit(shard, batch({ expected: 8, next: 8 })), {
      outcome: 'mismatch',
      watermark: 9,
    })
    assert.equal(await views.watermark(shard), 9)
  },

  'an offset beyond 2^31 is kept to the last digit': async ({ views }) => {
    const next = 2 ** 52 + 1
    await views.commit(shard, batch({ next }))
    assert.equal(await views.watermark(shard), next)
    assert.deepEqual(await views.commit(shard, batch({ expected: next - 1, next })), {
      outcome: 'mismatch',
      watermark: next,
    })
  },

  'a watcher hears of its own practice, from every shard, and of no other (P15)': async ({ views }) => {
    const [river, hill] = [listener(), listener()]
    await Promise.all([views.watch('riverside', river.watcher), views.watch('hillside', hill.watcher)])
    const both = new Map([...changed('riverside', 'p-1', 'p-2'), ...changed('hillside', 'h-1')])
    await views.commit(shard, batch({ changed: both }))
    assert.deepEqual(await river.next(), { tenant: 'riverside', patients: ['p-1', 'p-2'] })
    assert.deepEqual(await hill.next(), { tenant: 'hillside', patients: ['h-1'] })
    await views.commit(otherShard, batch({ changed: changed('riverside', 'p-3') }))
    assert.deepEqual(await river.next(), { tenant: 'riverside', patients: ['p-3'] })
    await views.commit(otherShard, batch({ expected: 1, next: 2, changed: changed('hillside', 'h-2') }))
    assert.deepEqual(await hill.next(), { tenant: 'hillside', patients: ['h-2'] })
    assert.deepEqual([river.told, hill.told], [[], []])
  },

  'what a watcher is told of can be read at once': async ({ views }) => {
    const seen = Promise.withResolvers<readonly (Uint8Array | undefined)[]>()
    await views.watch('riverside', {
      changed: () => void views.load(shard, ['a']).then(seen.resolve, seen.reject),
      resync: () => undefined,
    })
    const documents = [{ key: 'a', bytes: text('there') }]
    await views.commit(shard, batch({ documents, changed: changed('riverside', 'p-1') }))
    assert.deepEqual((await seen.promise).map(plain), [text('there')])
  },

  'a watcher that left hears nothing, the one beside it everything': async ({ views }) => {
    const [gone, stays] = [listener(), listener()]
    const stop = await views.watch('riverside', gone.watcher)
    await views.watch('riverside', stays.watcher)
    stop()
    stop()
    await views.commit(shard, batch({ changed: changed('riverside', 'p-1') }))
    assert.deepEqual(await stays.next(), { tenant: 'riverside', patients: ['p-1'] })
    assert.deepEqual(gone.told, [])
  },

  'who watches again after everybody left hears again': async ({ views }) => {
    const { watcher, next } = listener()
    const stop = await views.watch('riverside', watcher)
    stop()
    await views.watch('riverside', watcher)
    await views.commit(shard, batch({ changed: changed('riverside', 'p-1') }))
    assert.deepEqual(await next(), { tenant: 'riverside', patients: ['p-1'] })
  },

  'views that lost everything are at watermark 0, empty, and count right again (P6)': async ({
    views,
    lose,
  }) => {
    const tracker = { watermark: 0 }
    assert.equal(await countTo(20, views, tracker), 20)
    const after = await lose()
    assert.equal(await after.watermark(shard), 0)
    assert.deepEqual(await after.load(shard, ['tally']), [undefined])
    assert.equal(await countTo(35, after, tracker), 35)
  },

  'a shard that is reset is as it was in the beginning, and no other one is': async ({ views, beside }) => {
    const follower = { ...shard, follower: 'late-changes' }
    const documents = ['a', 'days:riverside/p-1:2026-10'].map((key) => ({ key, bytes: text('old') }))
    const members = [{ set: 'patients', member: 'p-1' }]
    for (const where of [shard, otherShard, follower])
      await views.commit(where, batch({ next: 50, documents, members }))
    const keys = documents.map(({ key }) => key)
    assert.deepEqual(await views.reset(shard, 49), { outcome: 'mismatch', watermark: 50 })
    assert.equal((await views.load(shard, keys)).filter(Boolean).length, 2, 'nothing was forgotten')
    assert.deepEqual(await views.reset(shard, 50), { outcome: 'committed' })
    const reader = await beside()
    assert.equal(await reader.watermark(shard), 0)
    assert.deepEqual(await reader.load(shard, keys), [undefined, undefined])
    assert.deepEqual(await reader.members(shard, 'patients'), [])
    for (const other of [otherShard, follower]) {
      assert.equal(await reader.watermark(other), 50)
      assert.equal((await reader.load(other, keys)).filter(Boolean).length, 2)
      assert.deepEqual(await reader.members(other, 'patients'), ['p-1'])
    }
    assert.deepEqual(await views.reset(shard, 0), { outcome: 'committed' }, 'again')
    assert.deepEqual(await views.commit(shard, batch({ documents })), { outcome: 'committed' })
  },

  'another follower has its own watermark, documents and sets, and the same watchers': async ({ views }) => {
    const follower = { ...otherShard, follower: 'late-changes' }
    const { watcher, next } = listener()
    await views.watch('riverside', watcher)
    const documents = [{ key: 'a', bytes: text('main') }]
    await views.commit(otherShard, batch({ next: 7, documents, members: [{ set: 's', member: 'main' }] }))
    assert.equal(await views.watermark(follower), 0)
    assert.deepEqual(await views.load(follower, ['a']), [undefined])
    const late = batch({
      next: 3,
      documents: [{ key: 'a', bytes: text('late') }],
      members: [{ set: 's', member: 'late' }],
      changed: changed('riverside', 'p-1'),
    })
    assert.deepEqual(await views.commit(follower, late), { outcome: 'committed' })
    assert.deepEqual(await next(), { tenant: 'riverside', patients: ['p-1'] })
    for (const [where, watermark, name] of [
      [otherShard, 7, 'main'],
      [follower, 3, 'late'],
    ] as const) {
      assert.equal(await views.watermark(where), watermark)
      assert.deepEqual((await views.load(where, ['a'])).map(plain), [text(name)])
      assert.deepEqual(await views.members(where, 's'), [name])
    }
  },

  'closed views reject every call': async ({ views }) => {
    await views.close()
    await views.close()
    const since = performance.now()
    const { watcher } = listener()
    await assert.rejects(views.watermark(shard), unavailable)
    await assert.rejects(views.load(shard, ['a']), unavailable)
    await assert.rejects(views.commit(shard, batch({})), unavailable)
    await assert.rejects(views.reset(shard, 0), unavailable)
    await assert.rejects(views.members(shard, 'patients'), unavailable)
    await assert.rejects(views.watch('riverside', watcher), unavailable)
    await assert.rejects(views.ping(), unavailable)
    assert.ok(performance.now() - since < 1000, 'they do not wait for what cannot come')
  },
} as const satisfies Record<string, (opened: OpenedViews) => Promise<void>>

/** The promises that a guard `next > watermark` in the place of the compare-and-set breaks. */
export const brokenWithoutCompareAndSet = [
  'a mismatch writes nothing, announces nothing and tells where the watermark is',
  'who is left over from an earlier generation cannot write',
  'views that lost everything are at watermark 0, empty, and count right again (P6)',
] as const satisfies readonly (keyof typeof promises)[]
