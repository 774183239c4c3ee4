import type { DatabaseSync } from 'node:sqlite'
import type { Leases } from '../leases.ts'
import type { Commit, CommitOutcome, Evaluations, Shard, Views, Watcher } from '../port.ts'
import { markedBy } from '../redis/commit-script.ts'
import { tagOf } from '../redis/keys.ts'
import { createWatchers, type Watchers } from '../watchers.ts'
import { isDamage, putAside } from './damage.ts'
import { sqliteEvaluations } from './evaluations.ts'
import { ownEpoch, type RenewGuard, sqliteLeases } from './leases.ts'
import { openViewsFile } from './schema.ts'
import { attempt, transactionsOn } from './transaction.ts'

export type SqliteViewsOptions = {
  /** The file. It holds nothing but tallies: deleted, it is filled again from the ledger. */
  readonly path: string
  /** Told when the file was damaged and has been put aside for a new one. */
  readonly damaged?: () => void
}

/** Whether a batch may be written on a watermark. */
export type CommitGuard = (watermark: number, commit: Commit) => boolean

/**
 * The embedded views: one SQLite file. Changes are announced within this process, so the process that commits is the one that
 * watches; the lock on the ledger's folder sees to that. A damaged file is put aside: the trackers find its watermarks gone, as they do
 * when Redis was emptied, and fill a new one.
 * @throws {CufflinkError} VIEWS_UNAVAILABLE when the file cannot be opened
 */
export const openSqliteViews = (options: SqliteViewsOptions): Promise<Views> =>
  openGuardedSqliteViews(options, (watermark, { expected }) => watermark === expected)

/** As `openSqliteViews`, with the guards of a test's mutant. */
export async function openGuardedSqliteViews(
  { path, damaged }: SqliteViewsOptions,
  guard: CommitGuard,
  renewGuard: RenewGuard = ownEpoch,
): Promise<Views> {
  const watchers = createWatchers()
  const tallied = createWatchers()
  let file = await openOrReplace()

  async function openOrReplace(): Promise<ViewsFile> {
    try {
      return await attempt(() => viewsFile(openViewsFile(path), guard, renewGuard))
    } catch (error) {
      if (!isDamage(error)) throw error
      putAside(path)
      damaged?.()
      return attempt(() => viewsFile(openViewsFile(path), guard, renewGuard))
    }
  }

  /** Whoever met the damage tries again, as when the views are away. */
  async function onFile<Value>(operation: (current: ViewsFile) => Promise<Value>): Promise<Value> {
    const used = file
    try {
      return await operation(used)
    } catch (error) {
      if (isDamage(error) && used === file) {
        used.close()
        putAside(path)
        damaged?.()
        file = await openOrReplace()
      }
      throw error
    }
  }

  const watchOn = (told: Watchers, tenant: string, watcher: Watcher): Promise<() => void> =>
    onFile(async (one) => {
      await one.ping() // refuses when closed
      return told.add(tenant, watcher)
    })

  return {
    engine: `SQLite ${file.version}`,
    watermark: (shard) => onFile((one) => one.watermark(shard)),
    load: (shard, keys) => onFile((one) => one.load(shard, keys)),
    async commit(shard, batch) {
      const outcome = await onFile((one) => one.commit(shard, batch))
      if (outcome.outcome === 'committed')
        for (const [tenant, patients] of batch.changed) watchers.announce({ tenant, patients: [...patients] })
      return outcome
    },
    reset: (shard, expected) => onFile((one) => one.reset(shard, expected)),
    members: (shard, set) => onFile((one) => one.members(shard, set)),
    watch: (...which) => watchOn(watchers, ...which),
    evaluations: {
      marked: (...which) => onFile(({ evaluations }) => evaluations.marked(...which)),
      marksOf: (...which) => onFile(({ evaluations }) => evaluations.marksOf(...which)),
      mark: (...which) => onFile(({ evaluations }) => evaluations.mark(...which)),
      due: (...which) => onFile(({ evaluations }) => evaluations.due(...which)),
      async conclude(partition, evaluated) {
        const outcome = await onFile(({ evaluations }) => evaluations.conclude(partition, evaluated))
        const { tenant, patient } = evaluated
        if (outcome === 'written') tallied.announce({ tenant, patients: [patient] })
        return outcome
      },
      tallies: (...which) => onFile(({ evaluations }) => evaluations.tallies(...which)),
      counts: (...which) => onFile(({ evaluations }) => evaluations.counts(...which)),
      watch: (...which) => watchOn(tallied, ...which),
    },
    leases: {
      take: (...claim) => onFile(({ leases }) => leases.take(...claim)),
      takeFree: (...claim) => onFile(({ leases }) => leases.takeFree(...claim)),
      renew: (...renewals) => onFile(({ leases }) => leases.renew(...renewals)),
      release: (...lease) => onFile(({ leases }) => leases.release(...lease)),
      expired: (...which) => onFile(({ leases }) => leases.expired(...which)),
      find: (...which) => onFile(({ leases }) => leases.find(...which)),
    },
    ping: () => onFile((one) => one.ping()),
    async close() {
      watchers.clear()
      tallied.clear()
      file.close()
    },
  }
}

type ViewsFile = Pick<Views, 'watermark' | 'load' | 'commit' | 'reset' | 'members' | 'ping'> & {
  readonly version: string
  readonly evaluations: Omit<Evaluations, 'watch'>
  readonly leases: Leases
  close(): void
}

function viewsFile(database: DatabaseSync, guard: CommitGuard, renewGuard: RenewGuard): ViewsFile {
  const statements = prepare(database)
  const transaction = transactionsOn(database)
  const watermark = (shard: Shard): number =>
    (statements.watermark.get(tagOf(shard))?.['next'] as number) ?? 0

  const evaluations = sqliteEvaluations({ database, transaction, watermark })

  function commit(shard: Shard, batch: Commit): CommitOutcome {
    const current = watermark(shard)
    if (!guard(current, batch)) return { outcome: 'mismatch', watermark: current }
    const tag = tagOf(shard)
    for (const { key, bytes } of batch.documents) statements.write.run(tag, key, bytes)
    for (const { set, member } of batch.members) statements.add.run(tag, set, member)
    if (batch.next !== current) statements.move.run(tag, batch.next)
    evaluations.markWithin(shard.partition, markedBy(shard, batch))
    return { outcome: 'committed' }
  }

  function reset(shard: Shard, expected: number): CommitOutcome {
    const current = watermark(shard)
    if (current !== expected) return { outcome: 'mismatch', watermark: current }
    for (const statement of statements.forget) statement.run(tagOf(shard))
    if (shard.follower === undefined) evaluations.forgetWithin(shard.partition)
    return { outcome: 'committed' }
  }

  return {
    version: String(statements.version.get()?.['version']),
    watermark: (shard) => attempt(() => watermark(shard)),
    load: (shard, keys) =>
      transaction('BEGIN', () => {
        const tag = tagOf(shard)
        return keys.map((key) => statements.read.get(tag, key)?.['bytes'] as Uint8Array | undefined)
      }),
    commit: (shard, batch) => transaction('BEGIN IMMEDIATE', () => commit(shard, batch)),
    reset: (shard, expected) => transaction('BEGIN IMMEDIATE', () => reset(shard, expected)),
    members: (shard, set) =>
      attempt(() => statements.members.all(tagOf(shard), set).map(({ member }) => member as string)),
    evaluations,
    leases: sqliteLeases({ database, transaction, renewGuard }),
    ping: () => attempt(() => void statements.version.get()),
    close() {
      if (database.isOpen) database.close()
    },
  }
}

const prepare = (database: DatabaseSync) => ({
  version: database.prepare('SELECT sqlite_version() AS version'),
  watermark: database.prepare('SELECT next FROM watermarks WHERE shard = ?'),
  move: database.prepare(
    'INSERT INTO watermarks VALUES (?, ?) ON CONFLICT (shard) DO UPDATE SET next = excluded.next',
  ),
  read: database.prepare('SELECT bytes FROM documents WHERE shard = ? AND key = ?'),
  write: database.prepare(
    'INSERT INTO documents VALUES (?, ?, ?) ON CONFLICT (shard, key) DO UPDATE SET bytes = excluded.bytes',
  ),
  members: database.prepare('SELECT member FROM members WHERE shard = ? AND name = ?'),
  forget: ['documents', 'members', 'watermarks'].map((table) =>
    database.prepare(`DELETE FROM ${table} WHERE shard = ?`),
  ),
  add: database.prepare('INSERT OR IGNORE INTO members VALUES (?, ?, ?)'),
})
