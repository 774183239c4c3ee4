import type { Shard } from './port.ts'

/** One holder per name, with an epoch that only rises. It lies with a shard of `activity`, so that all of a shard's are looked through at once. */
export type Lease = {
  readonly name: string
  readonly holder: string
  readonly epoch: number
  /** What the holder said last; JSON text, opaque here. */
  readonly note: string
  /** ms left by the engine's time; 0 or less once it is up */
  readonly leftMs: number
}

export type Claim = { readonly holder: string; readonly note: string; readonly ttlMs: number }

/** `before` is the lease it takes the place of, up or not; none when there was none, or it was released. */
export type Taken = { readonly epoch: number; readonly before?: Lease }

export type Renewal = Pick<Lease, 'name' | 'holder' | 'epoch' | 'note'>

/**
 * All times are the engine's, so that no other clock has to be right. Embedded it is the machine's stopwatch, which no step moves. With
 * Redis it is the clock of the shard's master, which someone can set: a lease may then be up at once, or run that much longer. So
 * a server that finds a lease expired takes it for abandoned only when its holder also leaves it unrenewed.
 *
 * A new epoch is `max(last + 1, the clock in ms since 1970)`. So it also rises over an engine that was emptied, as long as that
 * clock is not set back and the name was not taken a thousand times a second. A newer epoch always wins: an engine that
 * fell back to an older copy of itself is told by the next renewal, as an emptied one is.
 *
 * Like every call on views these reject with VIEWS_UNAVAILABLE in bounded time, and then may have been done all the same. Renewing and
 * releasing again changes nothing; taking again raises the epoch, and `before` is then what the first call left. Within one
 * call the adapter may send a take twice after a lost connection, and is answered the same.
 */
export type Leases = {
  /** Takes it from the holder that has it, or had it. */
  take(shard: Shard, name: string, claim: Claim): Promise<Taken>
  /** As `take`, unless somebody's lease still runs, the claimer's own too: then it is told whose, and nothing changes. */
  takeFree(shard: Shard, name: string, claim: Claim): Promise<Taken | { readonly held: Lease }>
  /**
   * Renews many of one shard at once, some thousands at most and each name once; each runs `ttlMs` from now and has its new
   * note. One that ran out and was not taken is renewed too. One that was lost with the engine's memory is put back with its epoch.
   * @returns the names that are not the holder's any more: taken since, or released. A late renewal of what was released
   * before the engine was emptied, or over a day ago, is not known from one that was lost: it comes back, and expires.
   */
  renew(shard: Shard, leases: readonly Renewal[], ttlMs: number): Promise<readonly string[]>
  /** Gives it back; false when someone took it since. Only its epoch is kept, for a day, against late renewals. */
  release(shard: Shard, name: string, epoch: number): Promise<boolean>
  /** Those whose time is up, at most `limit`, the first to end first; they stay until they are taken, renewed or released. */
  expired(shard: Shard, limit: number): Promise<readonly Lease[]>
  /** What there is under a name, up or not. */
  find(shard: Shard, name: string): Promise<Lease | undefined>
}

/** How long the epoch of a released lease is kept. */
export const RELEASED_KEPT_MS = 24 * 3_600_000
