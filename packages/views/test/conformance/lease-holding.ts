import assert from 'node:assert/strict'
import { waitFor } from '@cufflink/testkit'
import { claim, isUp, LONG_MS, renewal, SHORT_MS, said, shard } from './lease-tools.ts'
import type { OpenedViews } from './tools.ts'

/** What leases promise to who has one, or had it. */
export const holdingPromises = {
  'who had a lease that was taken can neither renew nor release it': async ({ views: { leases } }) => {
    const old = await leases.take(shard, 'timer', claim())
    const now = await leases.take(shard, 'timer', claim({ holder: 'two', note: '"two"' }))
    const late = [renewal(old.epoch, { note: '"late"' })]
    assert.deepEqual(await leases.renew(shard, late, LONG_MS), ['timer'])
    assert.equal(await leases.release(shard, 'timer', old.epoch), false)
    const found = await leases.find(shard, 'timer')
    assert.deepEqual(found && said(found), renewal(now.epoch, { holder: 'two', note: '"two"' }))
  },

  'a renewal moves the end and the note, also of one that was up': async ({ views: { leases } }) => {
    const { epoch } = await leases.take(shard, 'timer', claim({ ttlMs: SHORT_MS }))
    await isUp(leases)
    const seen = renewal(epoch, { note: '{"seen":2}' })
    assert.deepEqual(await leases.renew(shard, [seen], LONG_MS), [])
    assert.deepEqual(await leases.expired(shard, 10), [])
    const found = await leases.find(shard, 'timer')
    assert.ok(found !== undefined && found.leftMs > LONG_MS - 5000)
    assert.deepEqual(said(found), seen)
    assert.deepEqual(await leases.renew(shard, [seen], SHORT_MS), [], 'also to an earlier one')
    await isUp(leases)
  },

  '2,000 leases are renewed in one call, which tells those that are lost': async ({ views: { leases } }) => {
    const names = Array.from({ length: 2000 }, (_, n) => `clinician-${n}`)
    const taken: Awaited<ReturnType<typeof leases.take>>[] = []
    // Each call has two seconds: of 2,000 at once, the last ones have less than that on a busy machine.
    for (let from = 0; from < names.length; from += 50)
      taken.push(
        ...(await Promise.all(names.slice(from, from + 50).map((name) => leases.take(shard, name, claim())))),
      )
    const stolen = ['clinician-0', 'clinician-999', 'clinician-1000', 'clinician-1999']
    for (const name of stolen) await leases.take(shard, name, claim({ holder: 'two' }))
    const all = names.map((name, n) => renewal(taken[n]!.epoch, { name, note: JSON.stringify({ n }) }))
    assert.deepEqual(await leases.renew(shard, all, SHORT_MS), stolen)
    const up = await waitFor(
      async () => {
        const found = await leases.expired(shard, 3000)
        return found.length >= 1996 && found
      },
      { what: 'all to be up' },
    )
    const renewed = all.filter(({ name }) => !stolen.includes(name))
    assert.deepEqual(
      new Map(up.map((one) => [one.name, said(one)])),
      new Map(renewed.map((r) => [r.name, r])),
    )
  },

  'a released lease is gone, and is not renewed': async ({ views: { leases } }) => {
    const { epoch } = await leases.take(shard, 'timer', claim({ ttlMs: SHORT_MS }))
    await isUp(leases)
    assert.equal(await leases.release(shard, 'timer', epoch), true)
    assert.equal(await leases.find(shard, 'timer'), undefined)
    assert.deepEqual(await leases.expired(shard, 10), [])
    assert.deepEqual(await leases.renew(shard, [renewal(epoch)], LONG_MS), ['timer'])
    assert.equal(await leases.find(shard, 'timer'), undefined)
    assert.equal(await leases.release(shard, 'timer', epoch), true, 'once more changes nothing')
  },

  'the newer epoch wins where the engine fell back to an older one': async ({ views: { leases } }) => {
    const { epoch } = await leases.take(shard, 'timer', claim())
    const newer = renewal(epoch + 1, { holder: 'two' })
    assert.deepEqual(await leases.renew(shard, [newer], LONG_MS), [])
    assert.deepEqual(await leases.renew(shard, [renewal(epoch)], LONG_MS), ['timer'])
    assert.deepEqual(await leases.renew(shard, [renewal(epoch + 1, { holder: 'three' })], LONG_MS), ['timer'])
    const found = await leases.find(shard, 'timer')
    assert.deepEqual(found && said(found), newer)
    assert.equal(await leases.release(shard, 'timer', epoch + 2), true)
    assert.deepEqual(await leases.renew(shard, [newer], LONG_MS), ['timer'])
  },

  'after everything was lost a renewal puts a lease back, and who takes it has a higher epoch': async ({
    views: { leases },
    lose,
  }) => {
    const held = await leases.take(shard, 'timer', claim())
    const gone = await leases.take(shard, 'gone', claim())
    const after = (await lose()).leases
    assert.equal(await after.find(shard, 'timer'), undefined)
    assert.deepEqual(await after.renew(shard, [renewal(held.epoch, { note: '"back"' })], LONG_MS), [])
    const found = await after.find(shard, 'timer')
    assert.deepEqual(found && said(found), renewal(held.epoch, { note: '"back"' }))
    await waitFor(() => Date.now() > gone.epoch, { what: 'the clock to pass the epoch' })
    assert.ok((await after.take(shard, 'timer', claim({ holder: 'two' }))).epoch > held.epoch)
    assert.ok((await after.take(shard, 'gone', claim({ holder: 'two' }))).epoch > gone.epoch)
    const late = [renewal(held.epoch), renewal(gone.epoch, { name: 'gone' })]
    assert.deepEqual(await after.renew(shard, late, LONG_MS), ['timer', 'gone'])
  },
} as const satisfies Record<string, (opened: OpenedViews) => Promise<void>>
