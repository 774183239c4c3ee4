import type { TopicName } from '@cufflink/contracts'
import type { Leases } from './leases.ts'

/** One ledger partition's share of the views: its documents and its watermark live and fail over together. */
export type Shard = {
  readonly topic: TopicName
  readonly partition: number
  /**
   * Another follower of the partition, in lower-case letters and hyphens, with a watermark, documents and sets of its own beside
   * the partition's. What it changes is announced to the same watchers.
   */
  readonly follower?: string
}

/** Documents are opaque bytes here; the key names what they are, such as `days:riverside/p-0042:2026-10`. */
export type DocumentWrite = { readonly key: string; readonly bytes: Uint8Array }

/** A batch of folded facts: all of it becomes visible, or none. */
export type Commit = {
  /** The watermark this batch was folded from: the next offset that was to apply. */
  readonly expected: number
  /** The watermark after it. */
  readonly next: number
  readonly documents: readonly DocumentWrite[]
  /** Members to add to a set, such as the patients of a practice. Adding twice is adding once. */
  readonly members: readonly { readonly set: string; readonly member: string }[]
  /** For each practice, the patients whose documents changed. */
  readonly changed: ReadonlyMap<string, ReadonlySet<string>>
}

export type CommitOutcome =
  | { readonly outcome: 'committed' }
  /** Somebody else moved the watermark, or it was lost: nothing was written; go on from where it is. */
  | { readonly outcome: 'mismatch'; readonly watermark: number }

export type Change = { readonly tenant: string; readonly patients: readonly string[] }

export type Watcher = {
  changed(change: Change): void
  /** Announcements may have been lost (a connection was): read everything again. */
  resync(): void
}

/**
 * The tallies derived from the ledger. They may be dropped at any time and are filled again from it. While the engine is
 * away, and after `close`, every call rejects with VIEWS_UNAVAILABLE in bounded time.
 */
export type Views = {
  /** The engine behind the port, for people: `SQLite 3.51`, `Redis 7.0.15`. */
  readonly engine: string
  /** The next offset to apply; 0 when nothing was ever applied, or everything was lost. */
  watermark(shard: Shard): Promise<number>
  /** Documents in the order of the keys; `undefined` where there is none. */
  load(shard: Shard, keys: readonly string[]): Promise<readonly (Uint8Array | undefined)[]>
  /**
   * The compare-and-set of design rule 3. When it rejects, the batch may have been written: ask for the watermark, or commit it
   * again. A batch that was written already is a mismatch that tells its own `next`.
   */
  commit(shard: Shard, commit: Commit): Promise<CommitOutcome>
  /**
   * Forgets a shard, if its watermark is still `expected`: its documents, its sets and the watermark, all at once. Its follower
   * fills it again from the ledger.
   */
  reset(shard: Shard, expected: number): Promise<CommitOutcome>
  /** The members of a set of a shard. */
  members(shard: Shard, set: string): Promise<readonly string[]>
  /** Tells of changes to a practice's patients until the returned function is called. */
  watch(tenant: string, watcher: Watcher): Promise<() => void>
  /** Who runs what; see there. They are not derived from the ledger, and lost with the engine's memory. */
  readonly leases: Leases
  /** Resolves when the engine answers. */
  ping(): Promise<void>
  close(): Promise<void>
}
