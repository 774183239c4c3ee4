import assert from 'node:assert/strict'
import type { LiveViewsOptions } from '../../src/live-views.ts'
import { openLiveViews } from '../../src/live-views.ts'
import type { Evaluated, Views } from '../../src/port.ts'
import {
  batch,
  changed,
  listener,
  type OpenedViews,
  otherShard,
  plain,
  shard,
  text,
  unavailable,
} from './tools.ts'

const { partition } = shard
const claim = { holder: 'a console', note: '{}', ttlMs: 60_000 }

/** One document that says which generation it is of. */
const says = (word: string) => batch({ documents: [{ key: 'd', bytes: text(word) }] })

async function saidBy(views: Views): Promise<string> {
  const [bytes] = await views.load(shard, ['d'])
  return new TextDecoder().decode(bytes)
}

const evaluated = (generation: number): Evaluated => ({
  tenant: 't',
  patient: 'p',
  mark: 0,
  asOf: { readings: 1, activity: 0, generation },
  tally: { of: String(generation) },
  states: [],
})

/** As a process has them that knows nothing of rebuilds. */
async function live(owned: AsyncDisposableStack, open: LiveViewsOptions['open']): Promise<Views> {
  return owned.adopt(await openLiveViews({ first: 1, open }), (views) => views.close())
}

/** @returns once the views have seen which generation is live */
async function moved(views: Views, generation: number): Promise<void> {
  while (views.generation !== generation) await new Promise((resolve) => setTimeout(resolve, 5))
}

export const generationPromises = {
  async 'what is derived has a generation, leases have none'(opened: OpenedViews) {
    const [first, second] = [opened.views, await opened.generation(2)]
    await first.commit(shard, says('one'))
    await second.commit(shard, says('two'))
    assert.deepEqual([await saidBy(first), await saidBy(second)], ['one', 'two'])
    const { epoch } = await first.leases.take(otherShard, 'timer', claim)
    assert.equal((await second.leases.find(otherShard, 'timer'))?.epoch, epoch)
    assert.deepEqual([first.generation, second.generation], [1, 2])
  },

  async 'one generation is live, for everyone, and another becomes so only from the one that is told'({
    views,
    beside,
  }: OpenedViews) {
    const other = await beside()
    assert.equal(await other.generations.live(), 1)
    assert.equal(await views.generations.flip(2, 3), false)
    assert.equal(await other.generations.live(), 1)
    assert.equal(await views.generations.flip(1, 2), true)
    assert.equal(await views.generations.flip(1, 2), true, 'sent again')
    assert.equal(await other.generations.live(), 2)
  },

  async 'nothing is committed while it is held, and the watermark stands still'(opened: OpenedViews) {
    const { views } = opened
    const [other, second] = [await opened.beside(), await opened.generation(2)]
    await views.commit(shard, says('before'))
    await other.generations.hold(60_000)
    for (const each of [shard, otherShard, { ...shard, follower: 'late-changes' }])
      await assert.rejects(views.commit(each, batch({ expected: 1, next: 2 })), unavailable)
    assert.equal(await views.watermark(shard), 1)
    assert.deepEqual(await second.commit(shard, says('two')), { outcome: 'committed' })
    await other.generations.hold(0)
    assert.deepEqual(await views.commit(shard, batch({ expected: 1, next: 2 })), { outcome: 'committed' })
    await other.generations.hold(1)
    let committed = false
    while (!committed)
      committed = await views.commit(shard, batch({ expected: 2, next: 3 })).then(
        () => true,
        () => false,
      )
  },

  async 'removes one generation, whole, and nothing else'(opened: OpenedViews) {
    const [first, second] = [opened.views, await opened.generation(2)]
    await first.commit(shard, { ...says('one'), changed: changed('t', 'p') })
    await second.commit(shard, says('two'))
    await first.leases.take(otherShard, 'timer', claim)
    await assert.rejects(second.generations.remove(1), unavailable, 'it is live')
    assert.equal(await saidBy(first), 'one')
    await second.generations.flip(1, 2)
    await second.generations.remove(1)
    const again = await opened.beside()
    assert.equal(await again.watermark(shard), 0)
    assert.deepEqual(await again.load(shard, ['d']), [undefined])
    assert.equal((await again.evaluations.marked(partition)).size, 0)
    assert.equal(await saidBy(second), 'two')
    assert.notEqual(await second.leases.find(otherShard, 'timer'), undefined)
  },

  async 'a reader of the live one reads the next once that is live, and is told to read everything again'(
    opened: OpenedViews,
  ) {
    await using owned = new AsyncDisposableStack()
    const views = await live(owned, opened.generation)
    const [first, second] = [opened.views, await opened.generation(2)]
    await first.commit(shard, says('one'))
    await second.commit(shard, says('two'))
    const { watcher, told, next } = listener()
    await views.watch('t', watcher)
    assert.equal(await saidBy(views), 'one')
    await first.generations.flip(1, 2)
    assert.equal(await next(), 'resync')
    assert.equal(await saidBy(views), 'two')
    // Embedded, committing and watching are one process.
    await views.commit(shard, batch({ expected: 1, next: 2, changed: changed('t', 'p') }))
    assert.deepEqual(await next(), { tenant: 't', patients: ['p'] })
    assert.deepEqual(told, [])
    assert.equal(await first.watermark(shard), 1)
    assert.equal(await second.watermark(shard), 2)
  },

  async 'what a watcher throws is told, and reaches no one else'(opened: OpenedViews) {
    await using owned = new AsyncDisposableStack()
    const failed: unknown[] = []
    const watcherFailed = (error: unknown): void => void failed.push(error)
    const options = { first: 1, open: opened.generation, watcherFailed }
    const views = owned.adopt(await openLiveViews(options), (one) => one.close())
    const second = await opened.generation(2)
    const fail = (what: string) => (): void => {
      throw new Error(what)
    }
    await views.watch('t', { changed: fail('changed'), resync: fail('resync') })
    const { watcher, next } = listener()
    await views.watch('t', watcher)
    await views.commit(shard, batch({ changed: changed('t', 'p') }))
    assert.deepEqual(await next(), { tenant: 't', patients: ['p'] })
    await second.generations.flip(1, 2)
    assert.equal(await next(), 'resync')
    assert.deepEqual(failed, [new Error('changed'), new Error('resync')])
  },

  async 'what was made from one generation is written to no other'(opened: OpenedViews) {
    await using owned = new AsyncDisposableStack()
    const views = await live(owned, opened.generation)
    const second = await opened.generation(2)
    for (const one of [opened.views, second]) await one.commit(shard, says('right'))
    assert.equal(await saidBy(views), 'right')
    await second.generations.flip(1, 2)
    await moved(views, 2)
    const stale = { ...says('of the first'), expected: 1, next: 2, generation: 1 }
    assert.deepEqual(await views.commit(shard, stale), { outcome: 'mismatch', watermark: 1 })
    assert.deepEqual(await views.reset(shard, 1, 1), { outcome: 'mismatch', watermark: 1 })
    assert.equal(await views.evaluations.conclude(partition, evaluated(1)), 'older')
    const month = { revision: '', tally: { revision: 'r-1' } }
    const replace = (generation: number) =>
      views.evaluations.replace(partition, 'c', { ...month, generation })
    assert.equal(await replace(1), 'other')
    await views.evaluations.markLate(partition, ['t/p/all'])
    const late = () => views.evaluations.late(partition, 0, 1)
    await views.evaluations.unmarkLate(partition, await late(), 1)
    assert.equal((await late()).size, 1, 'of the same name and number, and another mark')
    await views.evaluations.unmarkLate(partition, await late(), 2)
    assert.equal((await late()).size, 0)
    const marked = () => views.evaluations.marked(partition)
    await views.evaluations.mark(partition, ['t/q'])
    await views.evaluations.unmark(partition, await marked(), 1)
    assert.equal((await marked()).size, 1)
    await views.evaluations.unmark(partition, await marked(), 2)
    assert.equal((await marked()).size, 0)
    assert.deepEqual(await views.evaluations.tallies(partition, ['t/p', 'c']), [{}, {}])
    assert.equal(await replace(2), 'written')
    assert.equal(await saidBy(second), 'right')
    assert.equal(await views.evaluations.conclude(partition, evaluated(2)), 'written')
    const fresh = { ...says('of the second'), expected: 1, next: 2, generation: 2 }
    assert.deepEqual(await views.commit(shard, fresh), { outcome: 'committed' })
    assert.deepEqual(plain((await second.load(shard, ['d']))[0]), text('of the second'))
  },

  async 'a read that met the flip is made again in the generation that is live'(opened: OpenedViews) {
    await using owned = new AsyncDisposableStack()
    const second = await opened.generation(2)
    await opened.views.commit(shard, says('one'))
    await second.commit(shard, says('two'))
    const [reached, held] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const views = await live(owned, async (generation) => {
      const bound = await opened.generation(generation)
      const { load } = bound
      const slow: Views['load'] = async (...which) => {
        const found = await load(...which)
        reached.resolve()
        if (generation === 1) await held.promise
        return found
      }
      return Object.assign(bound, { load: slow })
    })
    const reading = saidBy(views)
    await Promise.race([reached.promise, reading])
    await second.generations.flip(1, 2)
    await moved(views, 2)
    held.resolve()
    assert.equal(await reading, 'two')
  },
}
