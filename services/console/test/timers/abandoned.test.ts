import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Lease, Leases } from '@cufflink/views'
import { onlyAbandoned } from '../../src/timers/abandoned.ts'

const shard = { topic: 'activity', partition: 1 } as const
const lease = (name: string, epoch = 1): Lease => ({
  name,
  epoch,
  holder: 'one',
  note: '{}',
  leftMs: -60_000,
})

/** Leases of which these are expired by the engine's clock. */
function engineOf(expired: () => readonly Lease[]): Leases {
  return { expired: async () => expired() } as Partial<Leases> as Leases
}

test('a lease counts as abandoned once no one renewed it for a while, whatever the engine’s clock was set to', async () => {
  let now = 0
  let expired: readonly Lease[] = []
  const leases = onlyAbandoned(
    engineOf(() => expired),
    () => now,
  )
  const look = async (atMs: number): Promise<readonly string[]> => {
    now = atMs
    return (await leases.expired(shard, 2)).map(({ name }) => name)
  }
  // The engine's clock is set forward: all are up at once, until their holders renew them.
  expired = [lease('alive'), lease('dead'), lease('taken over')]
  assert.deepEqual(await look(0), [])
  assert.deepEqual(await look(2_000), [])
  expired = [lease('dead'), lease('taken over', 2)]
  assert.deepEqual(await look(6_000), [])
  assert.deepEqual(await look(6_500), ['dead'])
  expired = [lease('alive'), lease('dead'), lease('taken over', 2), lease('late')]
  assert.deepEqual(await look(8_000), ['dead'], 'one that was renewed meanwhile begins again')
  assert.deepEqual(await look(14_500), ['alive', 'dead'], 'at most as many as wanted')
  assert.deepEqual(
    await onlyAbandoned(
      engineOf(() => expired),
      () => now,
    ).expired(shard, 9),
    [],
  )
})
