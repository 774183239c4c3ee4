import assert from 'node:assert/strict'
import { claim, everyVerb, isUp, LONG_MS, otherShard, renewal, SHORT_MS, said, shard } from './lease-tools.ts'
import { type OpenedViews, unavailable } from './tools.ts'

/** What leases promise to who takes one, or looks for one. */
export const takingPromises = {
  'there is no lease before one is taken': async ({ views: { leases } }) => {
    assert.equal(await leases.find(shard, 'timer'), undefined)
    assert.deepEqual(await leases.expired(shard, 10), [])
    assert.deepEqual(await leases.renew(shard, [], LONG_MS), [])
  },

  'a lease that is taken is found, with the time it has left': async ({ views: { leases }, beside }) => {
    const taken = await leases.take(shard, 'timer', claim({ note: '{"patient":"p-1"}' }))
    assert.deepEqual(taken, { epoch: taken.epoch })
    const found = await (await beside()).leases.find(shard, 'timer')
    assert.ok(found !== undefined && found.leftMs > LONG_MS - 5000 && found.leftMs <= LONG_MS)
    assert.deepEqual(said(found), renewal(taken.epoch, { note: '{"patient":"p-1"}' }))
  },

  'the epoch rises with each take, which tells whose it was': async ({ views: { leases }, beside }) => {
    const other = (await beside()).leases
    let last = await leases.take(shard, 'timer', claim())
    for (const holder of ['two', 'three', 'three', 'four']) {
      const taken = await other.take(shard, 'timer', claim({ holder }))
      assert.ok(taken.epoch > last.epoch)
      assert.equal(taken.before?.epoch, last.epoch)
      assert.equal((await leases.find(shard, 'timer'))?.holder, holder)
      last = taken
    }
    await leases.release(shard, 'timer', last.epoch)
    const again = await leases.take(shard, 'timer', claim())
    assert.ok(again.epoch > last.epoch)
    assert.equal(again.before, undefined)
  },

  'of many racing takers each has an epoch of its own, and the last one the lease': async (opened) => {
    const racers = [opened.views.leases, (await opened.beside()).leases]
    const holders = Array.from({ length: 30 }, (_, n) => `holder-${n}`)
    const taken = await Promise.all(
      holders.map((holder, n) => racers[n % 2]!.take(shard, 'timer', claim({ holder }))),
    )
    const epochs = taken.map(({ epoch }) => epoch)
    assert.equal(new Set(epochs).size, holders.length)
    const last = Math.max(...epochs)
    for (const [n, holder] of holders.entries()) {
      const lost = await racers[0]!.renew(shard, [renewal(epochs[n]!, { holder })], LONG_MS)
      assert.deepEqual(lost, epochs[n] === last ? [] : ['timer'])
    }
    const before = taken.map((each) => each.before?.epoch ?? 0)
    assert.deepEqual(before.toSorted(), [0, ...epochs.toSorted().slice(0, -1)], 'each is handed on once')
  },

  'of many racing takers of a free lease exactly one has it, the others know who': async (opened) => {
    const racers = [opened.views.leases, (await opened.beside()).leases]
    const outcomes = await Promise.all(
      Array.from({ length: 30 }, (_, n) =>
        racers[n % 2]!.takeFree(shard, 'month', claim({ holder: `holder-${n}` })),
      ),
    )
    const taken = outcomes.filter((outcome) => 'epoch' in outcome)
    assert.equal(taken.length, 1)
    const holder = `holder-${outcomes.indexOf(taken[0]!)}`
    for (const outcome of outcomes)
      if ('held' in outcome)
        assert.deepEqual(said(outcome.held), renewal(taken[0]!.epoch, { name: 'month', holder }))
  },

  'a lease is looked through once its time is up, and not before': async ({ views: { leases } }) => {
    await leases.take(shard, 'long', claim())
    const since = performance.now()
    const { epoch } = await leases.take(shard, 'timer', claim({ ttlMs: SHORT_MS }))
    const up = await isUp(leases)
    assert.ok(performance.now() - since > SHORT_MS - 5)
    assert.ok(up.leftMs <= 0)
    assert.deepEqual(said(up), renewal(epoch))
    assert.deepEqual((await leases.expired(shard, 10)).map(said), [renewal(epoch)], 'it stays')
    const { before } = await leases.take(shard, 'timer', claim({ holder: 'two' }))
    assert.ok(before !== undefined && before.leftMs <= 0)
    assert.deepEqual(said(before), renewal(epoch))
    assert.deepEqual(await leases.expired(shard, 10), [])
  },

  'a clock of this process that is set, forward or back, neither ends a lease nor keeps one': async ({
    views: { leases },
  }) => {
    const { now } = Date
    try {
      for (const stepMs of [3_600_000, -3_600_000]) {
        const name = `stepped by ${stepMs}`
        await leases.take(shard, name, claim())
        await leases.take(shard, `${name}, short`, claim({ ttlMs: SHORT_MS }))
        Date.now = () => now() + stepMs
        const { leftMs = 0 } = (await leases.find(shard, name)) ?? {}
        assert.ok(leftMs > 0 && leftMs <= LONG_MS, `${leftMs} ms left`)
        await isUp(leases, `${name}, short`)
        assert.ok((await leases.expired(shard, 10)).every((lease) => lease.name !== name))
        Date.now = now
      }
    } finally {
      Date.now = now
    }
  },

  'of those that are up at most as many as wanted are looked through, the first to end first': async ({
    views: { leases },
  }) => {
    const names = ['c', 'a', 'b']
    for (const [n, name] of names.entries())
      await leases.take(shard, name, claim({ ttlMs: SHORT_MS + 2 * n }))
    await isUp(leases, 'b')
    const namesOf = async (limit: number) => (await leases.expired(shard, limit)).map(({ name }) => name)
    assert.deepEqual(await namesOf(10), names)
    assert.deepEqual(await namesOf(2), ['c', 'a'])
    await leases.release(shard, 'c', (await leases.find(shard, 'c'))?.epoch ?? 0)
    assert.deepEqual(await namesOf(2), ['a', 'b'])
  },

  'a lease that runs is not taken by who wants it free, one that is up or released is': async ({
    views: { leases },
  }) => {
    const first = await leases.take(shard, 'timer', claim())
    const free = () => leases.takeFree(shard, 'timer', claim({ holder: 'two' }))
    const refused = await free()
    assert.ok('held' in refused && refused.held.leftMs > 0)
    assert.deepEqual(said(refused.held), renewal(first.epoch))
    await leases.renew(shard, [renewal(first.epoch)], SHORT_MS)
    await isUp(leases)
    const second = await free()
    assert.ok('epoch' in second && second.epoch > first.epoch)
    assert.equal(second.before?.epoch, first.epoch)
    assert.ok('held' in (await free()), 'its own too')
    await leases.release(shard, 'timer', second.epoch)
    const third = await free()
    assert.ok('epoch' in third && third.epoch > second.epoch && third.before === undefined)
  },

  'a lease of one shard is not seen in another': async ({ views: { leases } }) => {
    const { epoch } = await leases.take(shard, 'timer', claim({ ttlMs: 0 }))
    await isUp(leases)
    for (const where of [
      otherShard,
      { ...shard, topic: 'readings' },
      { ...shard, follower: 'other' },
    ] as const) {
      assert.equal(await leases.find(where, 'timer'), undefined)
      assert.deepEqual(await leases.expired(where, 10), [])
      const taken = await leases.take(where, 'timer', claim({ holder: 'two' }))
      assert.equal(taken.before, undefined)
    }
    assert.deepEqual(await leases.renew(shard, [renewal(epoch)], LONG_MS), [])
  },

  'any text survives': async ({ views: { leases } }) => {
    const texts = ['', ' ', '{"a":[1,"}"]}', 'ключ 😀 {x}:\r\n\0 \\ " end', '-1', 'x'.repeat(100_000)]
    for (const odd of texts) {
      const { epoch } = await leases.take(shard, odd, claim({ holder: odd, note: odd }))
      const whole = renewal(epoch, { name: odd, holder: odd, note: odd })
      for (const round of ['taken', 'renewed']) {
        const found = await leases.find(shard, odd)
        assert.deepEqual(found && said(found), whole, round)
        assert.deepEqual(await leases.renew(shard, [whole], LONG_MS), [])
      }
    }
  },

  'leases of closed views reject every call': async ({ views }) => {
    await views.close()
    for (const call of everyVerb(views.leases)) await assert.rejects(call, unavailable)
  },
} as const satisfies Record<string, (opened: OpenedViews) => Promise<void>>
