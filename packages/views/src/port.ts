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
  /** The generation that it was made from: when another one is live by now, that is a mismatch. */
  readonly generation?: number
  /** Late marks to raise, in the same step; see `Evaluations`. */
  readonly late?: readonly string[]
}

export type CommitOutcome =
  | { readonly outcome: 'committed' }
  /** Someone else moved the watermark, or it was lost: nothing was written; go on from where it is. */
  | { readonly outcome: 'mismatch'; readonly watermark: number }

/** What an evaluation of a patient came to. */
export type Evaluated = {
  readonly tenant: string
  readonly patient: string
  /** The patient's mark as it was before anything else was read; 0 without one. */
  readonly mark: number
  /** The watermarks of both shards, read before the documents. */
  readonly asOf: AsOf
  /** Its fields, by name, in the place of those that are there. Without a field the patient has no tally. */
  readonly tally: Tally
  /** The states in which the patient is counted for the practice, in the place of those before; each a word. */
  readonly states: readonly string[]
  /** When the patient is to be evaluated again though nothing comes in, ms; never when absent. */
  readonly due?: number
  /** Late marks to raise, in the same step. */
  readonly late?: readonly string[]
}
/** `generation` is the one that was read: when another one is live by now, the result is `older`. */
export type AsOf = { readonly readings: number; readonly activity: number; readonly generation?: number }

/**
 * Which patients and clinicians' months of a partition are to be evaluated, and what came of it. A patient is named `tenant/patient`, a
 * clinician's month as the documents are that are its parts (`clinician:tenant/clinician:2026-10`). Every commit to a topic's own shard
 * marks, in the same step, the patients that it changes and the months of which it writes a part; a mark is a number, higher with each.
 *
 * Beside them stand the *late* marks, which say what of a patient is to be compared with its locked lines, such as `tenant/patient/2026-03` or
 * `tenant/patient/all`. There may be very many of them: they are read some at a time.
 */
export type Evaluations = {
  /** All that are marked, each with its mark. */
  marked(partition: number): Promise<ReadonlyMap<string, number>>
  /** The marks of some patients, in their order; 0 for one that has none. */
  marksOf(partition: number, patients: readonly string[]): Promise<readonly number[]>
  /** Marks patients and clinicians' months as a commit does. */
  mark(partition: number, patients: readonly string[]): Promise<void>
  /** Removes marks, each unless it was raised meanwhile; none when another generation is live by now than the one they were read in. */
  unmark(partition: number, marks: ReadonlyMap<string, number>, generation?: number): Promise<void>
  /** At most `count` late marks after the first `from`, each with its number: the last that were raised first, and those of `all` behind all others. */
  late(partition: number, from: number, count: number): Promise<ReadonlyMap<string, number>>
  /** Raises late marks as a commit does. */
  markLate(partition: number, names: readonly string[]): Promise<void>
  /** Removes late marks, as `unmark` does the others. */
  unmarkLate(partition: number, marks: ReadonlyMap<string, number>, generation?: number): Promise<void>
  /** At most `count` patients who are due by an instant (ms), the earliest first. */
  due(partition: number, until: number, count: number): Promise<readonly string[]>
  /**
   * Writes a tally, counts the patient in its states, notes when the patient is due next, and removes the mark unless it was raised meanwhile: all of it or nothing. Nothing is
   * written over a tally that is of later watermarks, nor of watermarks that the shards do not have: one was reset meanwhile. The mark
   * stays then.
   */
  conclude(partition: number, evaluated: Evaluated): Promise<'written' | 'older'>
  /**
   * Writes the tally of a clinician's month in the place of the one that has this `revision` (none: an empty text), with another revision
   * among its fields; nothing when another stands there by now, or another generation is live than `generation`. Without a field there
   * is no tally.
   */
  replace(
    partition: number,
    name: string,
    replacement: { readonly revision: string; readonly tally: Tally; readonly generation?: number },
  ): Promise<'written' | 'other'>
  /** Tallies of patients and of clinicians' months, in their order; empty for one that has none. */
  tallies(partition: number, names: readonly string[]): Promise<readonly Tally[]>
  /** How many of a practice's patients of a partition are in each state; a state without a patient is absent. */
  counts(partition: number, tenant: string): Promise<Counts>
  /** Tells whose tally of a practice was written, until the returned function is called. */
  watch(tenant: string, watcher: Watcher): Promise<() => void>
}

/** What a patient comes to, in fields with names (docs/tallies.md). */
export type Tally = Readonly<Record<string, string>>
/** Numbers of patients, by state. */
export type Counts = Readonly<Record<string, number>>

export type Change = { readonly tenant: string; readonly patients: readonly string[] }

export type Watcher = {
  changed(change: Change): void
  /** Announcements may have been lost (a connection was): read everything again. */
  resync(): void
}

/**
 * Everything that is derived from the ledger has a generation. A rebuild fills the next one behind the one that is live, and then makes that
 * one live (ADR 25). Leases have no generation.
 */
export type Generations = {
  /** The generation that is read and folded into; 1 until another one was made live. */
  live(): Promise<number>
  /** Makes `to` live. @returns false when neither `from` nor `to` is live */
  flip(from: number, to: number): Promise<boolean>
  /** For so long every commit to the generation that calls go to rejects with VIEWS_UNAVAILABLE; 0 ends it. Its watermarks stand still meanwhile. */
  hold(ms: number): Promise<void>
  /**
   * Removes a generation, a slice after another; after it was interrupted, the same call goes on. The live one is never removed, nor what is left of one
   * that becomes live meanwhile, as where the engine falls back behind a flip: then it rejects with VIEWS_UNAVAILABLE.
   */
  remove(generation: number): Promise<void>
}

/**
 * The tallies derived from the ledger. They may be dropped at any time and are filled again from it. While the engine is
 * away, and after `close`, every call rejects with VIEWS_UNAVAILABLE in bounded time.
 */
export type Views = {
  /** The engine behind the port, for people: `SQLite 3.51`, `Redis 7.0.15`. */
  readonly engine: string
  /** The generation that calls go to by now; see `Generations`. */
  readonly generation: number
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
   * Forgets a shard, if its watermark is still `expected`: its documents, its sets and the watermark, all at once; with a topic's own
   * shard the tallies and counts of the partition too; whose tally or part of a month it was is marked. Its follower fills it again from
   * the ledger.
   * @param generation the generation that it is to be forgotten in: when another one is live by now, that is a mismatch
   */
  reset(shard: Shard, expected: number, generation?: number): Promise<CommitOutcome>
  /** The members of a set of a shard. */
  members(shard: Shard, set: string): Promise<readonly string[]>
  /** Tells of changes to a practice's patients until the returned function is called. */
  watch(tenant: string, watcher: Watcher): Promise<() => void>
  readonly evaluations: Evaluations
  /** Who runs what; see there. They are not derived from the ledger, and lost with the engine's memory. */
  readonly leases: Leases
  readonly generations: Generations
  /** Resolves when the engine answers. */
  ping(): Promise<void>
  close(): Promise<void>
}
