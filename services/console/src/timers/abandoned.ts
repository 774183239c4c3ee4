import type { Lease, Leases } from '@cufflink/views'

/**
 * A holder that lives renews about every four seconds. With the lease's 20 s and a look each second, an orphan is closed 28 s after its
 * server died, in the worst case: within the 30 s that are promised.
 */
const UNRENEWED_MS = 6_500
/** As many expired leases are remembered: one clinician has one. */
const MOST = 20_000

/**
 * The same leases, of which only those count as expired that were so for a while by this server's own stopwatch: the clock of an engine
 * that is set forward ends all of them at once, and the holders that live renew theirs.
 */
export function onlyAbandoned(leases: Leases, stopwatch: () => number): Leases {
  /** Since when each lease has been seen expired, by shard, then by name and epoch. */
  const since = new Map<string, ReadonlyMap<string, number>>()
  const keyOf = ({ name, epoch }: Lease): string => `${epoch} ${name}`

  return {
    ...leases,
    async expired(shard, limit) {
      const found = await leases.expired(shard, MOST)
      const now = stopwatch()
      const place = `${shard.topic} ${shard.partition}`
      const before = since.get(place)
      const seen = new Map(found.map((lease) => [keyOf(lease), before?.get(keyOf(lease)) ?? now]))
      since.set(place, seen)
      return found.filter((lease) => now - seen.get(keyOf(lease))! >= UNRENEWED_MS).slice(0, limit)
    },
  }
}
