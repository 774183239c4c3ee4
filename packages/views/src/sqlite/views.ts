import { rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { failure } from '@cufflink/contracts'
import { CLINICIAN_PART } from '@cufflink/folds'
import type { Commit, CommitOutcome, Evaluations, Shard, Views, Watcher } from '../port.ts'
import { lateBy, markedBy, tagOf } from '../shards.ts'
import { createWatchers, type Watchers } from '../watchers.ts'
import { companions, replaceableFile } from './damage.ts'
import { sqliteEvaluations } from './evaluations.ts'
import { ownEpoch, type RenewGuard, sqliteLeases, stopwatchMs } from './leases.ts'
import { openGeneration, openLeases } from './schema.ts'
import { attempt, transactionsOn } from './transaction.ts'

export type SqliteViewsOptions = {
  /**
   * The file of generation 1; `views-2.db` is that of the second, and so on. They hold nothing but what is derived: deleted, it is filled
   * again from the ledger. `leases.db` beside them has what has no generation.
   */
  readonly path: string
  /** The generation that all calls go to, live or not; 1 unless told. */
  readonly generation?: number
  /** Told when a file was damaged and has been put aside for a new one. */
  readonly damaged?: (() => void) | undefined
}

/** Whether a batch may be written on a watermark. */
export type CommitGuard = (watermark: number, commit: Commit) => boolean

/**
 * The embedded views: one SQLite file for each generation. Changes are announced within this process, so the process that commits is the
 * one that watches; the lock on the ledger's folder sees to that. A damaged file is put aside: the trackers find its watermarks gone, as they
 * do when Redis was emptied, and fill a new one.
 * @throws {CufflinkError} VIEWS_UNAVAILABLE when a file cannot be opened
 */
export const openSqliteViews = (options: SqliteViewsOptions): Promise<Views> =>
  openGuardedSqliteViews(options, (watermark, { expected }) => watermark === expected)

/** The generation that is live. @throws {CufflinkError} VIEWS_UNAVAILABLE */
export async function liveSqliteGeneration({ path, damaged }: SqliteViewsOptions): Promise<number> {
  const beside = await openBeside(path, { damaged, renewGuard: ownEpoch })
  return beside.use(async (one) => one.live()).finally(() => beside.opened.close())
}

/** As `openSqliteViews`, with the guards of a test's mutant. */
export async function openGuardedSqliteViews(
  { path, generation = 1, damaged }: SqliteViewsOptions,
  guard: CommitGuard,
  renewGuard: RenewGuard = ownEpoch,
): Promise<Views> {
  const watchers = createWatchers()
  const tallied = createWatchers()
  const beside = await openBeside(path, { damaged, renewGuard })
  const file = await replaceableFile(generationPath(path, generation), {
    damaged,
    open: (at) => viewsFile(openGeneration(at), guard),
  })
  const onFile = file.use
  const onBeside = beside.use

  const watchOn = (told: Watchers, tenant: string, watcher: Watcher): Promise<() => void> =>
    onFile(async (one) => {
      await one.ping() // refuses when closed
      return told.add(tenant, watcher)
    })

  return {
    engine: `SQLite ${file.opened.version}`,
    generation,
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
      unmark: (...which) => onFile(({ evaluations }) => evaluations.unmark(...which)),
      late: (...which) => onFile(({ evaluations }) => evaluations.late(...which)),
      markLate: (...which) => onFile(({ evaluations }) => evaluations.markLate(...which)),
      unmarkLate: (...which) => onFile(({ evaluations }) => evaluations.unmarkLate(...which)),
      replace: (...which) => onFile(({ evaluations }) => evaluations.replace(...which)),
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
      take: (...claim) => onBeside(({ leases }) => leases.take(...claim)),
      takeFree: (...claim) => onBeside(({ leases }) => leases.takeFree(...claim)),
      renew: (...renewals) => onBeside(({ leases }) => leases.renew(...renewals)),
      release: (...lease) => onBeside(({ leases }) => leases.release(...lease)),
      expired: (...which) => onBeside(({ leases }) => leases.expired(...which)),
      find: (...which) => onBeside(({ leases }) => leases.find(...which)),
    },
    generations: {
      live: () => onBeside(async (one) => one.live()),
      flip: (from, to) => onBeside((one) => one.flip(from, to)),
      hold: (ms) => onFile((one) => one.hold(ms)),
      async remove(which) {
        if ((await onBeside(async (one) => one.live())) === which) throw failure('VIEWS_UNAVAILABLE')
        const old = generationPath(path, which)
        for (const end of ['', ...companions]) rmSync(old + end, { force: true })
      },
    },
    ping: () => onFile((one) => one.ping()),
    async close() {
      watchers.clear()
      tallied.clear()
      file.opened.close()
      beside.opened.close()
    },
  }
}

const generationPath = (path: string, generation: number): string =>
  generation === 1 ? path : path.replace(/(\.db)?$/, `-${generation}$1`)

type BesideOptions = {
  readonly damaged?: (() => void) | undefined
  readonly renewGuard: RenewGuard
}

/** What has no generation. Where its file was damaged, the first generation is live again: it is filled from the ledger. */
const openBeside = (path: string, { damaged, renewGuard }: BesideOptions) =>
  replaceableFile(join(dirname(path), 'leases.db'), {
    damaged,
    open(at) {
      const database = openLeases(at)
      const transaction = transactionsOn(database)
      const find = database.prepare('SELECT live FROM generation')
      const set = database.prepare('UPDATE generation SET live = ?')
      const read = (): number => find.get()?.['live'] as number
      return {
        leases: sqliteLeases({ database, transaction, renewGuard }),
        live: () => attempt(read),
        flip: (from: number, to: number) =>
          transaction('BEGIN IMMEDIATE', () => {
            const isEither = [from, to].includes(read())
            if (isEither) set.run(to)
            return isEither
          }),
        close() {
          if (database.isOpen) database.close()
        },
      }
    },
  })

type ViewsFile = Pick<Views, 'watermark' | 'load' | 'commit' | 'reset' | 'members' | 'ping'> & {
  readonly version: string
  readonly evaluations: Omit<Evaluations, 'watch'>
  hold(ms: number): Promise<void>
  close(): void
}

function viewsFile(database: DatabaseSync, guard: CommitGuard): ViewsFile {
  const statements = prepare(database)
  const transaction = transactionsOn(database)
  const watermark = (shard: Shard): number =>
    (statements.watermark.get(tagOf(shard))?.['next'] as number) ?? 0

  const evaluations = sqliteEvaluations({ database, transaction, watermark })

  function isHeld(): boolean {
    const now = stopwatchMs()
    return statements.isHeld.get(now, now) !== undefined
  }

  function commit(shard: Shard, batch: Commit): CommitOutcome {
    if (isHeld()) throw new Error('commits are held back')
    const current = watermark(shard)
    if (!guard(current, batch)) return { outcome: 'mismatch', watermark: current }
    const tag = tagOf(shard)
    for (const { key, bytes } of batch.documents) statements.write.run(tag, key, bytes)
    for (const { set, member } of batch.members) statements.add.run(tag, set, member)
    if (batch.next !== current) statements.move.run(tag, batch.next)
    evaluations.markWithin(shard.partition, markedBy(shard, batch))
    evaluations.markLateWithin(shard.partition, lateBy(shard, batch))
    return { outcome: 'committed' }
  }

  function reset(shard: Shard, expected: number): CommitOutcome {
    const current = watermark(shard)
    if (current !== expected) return { outcome: 'mismatch', watermark: current }
    const tag = tagOf(shard)
    const parts = statements.parts.all(tag, CLINICIAN_PART.length, CLINICIAN_PART)
    for (const statement of statements.forget) statement.run(tag)
    if (shard.follower === undefined) {
      evaluations.markWithin(
        shard.partition,
        parts.map(({ key }) => key as string),
      )
      evaluations.forgetWithin(shard.partition)
    }
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
    hold: (ms) =>
      transaction('BEGIN IMMEDIATE', () => {
        const now = stopwatchMs()
        statements.release.run()
        statements.hold.run(now, now + ms)
      }),
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
  parts: database.prepare('SELECT key FROM documents WHERE shard = ? AND substr(key, 1, ?) = ?'),
  forget: ['documents', 'members', 'watermarks'].map((table) =>
    database.prepare(`DELETE FROM ${table} WHERE shard = ?`),
  ),
  hold: database.prepare('INSERT INTO held VALUES (?, ?)'),
  release: database.prepare('DELETE FROM held'),
  // What was written before the machine started again is no more.
  isHeld: database.prepare('SELECT 1 FROM held WHERE since <= ? AND until > ?'),
  add: database.prepare('INSERT OR IGNORE INTO members VALUES (?, ?, ?)'),
})
