import { waitFor } from '@cufflink/testkit'
import type { Claim, Lease, Leases, Renewal } from '../../src/leases.ts'
import type { Shard } from '../../src/port.ts'

export const shard: Shard = { topic: 'activity', partition: 3 }
export const otherShard: Shard = { topic: 'activity', partition: 4 }
export const LONG_MS = 60_000
export const SHORT_MS = 150

export const claim = (told: Partial<Claim> = {}): Claim => ({
  holder: 'one',
  note: '{}',
  ttlMs: LONG_MS,
  ...told,
})
export const renewal = (epoch: number, told: Partial<Renewal> = {}): Renewal => {
  return { name: 'timer', holder: 'one', note: '{}', epoch, ...told }
}
/** A lease as it was told, without the time left, which no test knows. */
export const said = ({ name, holder, epoch, note }: Lease): Renewal => ({ name, holder, epoch, note })
/** The lease, as soon as it is looked through. */
export const isUp = (leases: Leases, name = 'timer'): Promise<Lease> =>
  waitFor(async () => (await leases.expired(shard, 10)).find((lease) => lease.name === name), {
    what: 'the lease to be up',
  })

/** A call of each verb. */
export const everyVerb = (leases: Leases): (() => Promise<unknown>)[] => [
  () => leases.take(shard, 'timer', claim()),
  () => leases.takeFree(shard, 'timer', claim()),
  () => leases.renew(shard, [renewal(1)], LONG_MS),
  () => leases.release(shard, 'timer', 1),
  () => leases.expired(shard, 10),
  () => leases.find(shard, 'timer'),
]
