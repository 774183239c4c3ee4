/**
 * The ledger's file at rest. SQLite keeps the newest commits in a second file, `ledger.db-wal`, and applies one that lies beside
 * `ledger.db` without asking whether it belongs there. So a clean stop leaves one file, and a start asks.
 */
import { randomUUID } from 'node:crypto'
import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { failure } from '@cufflink/contracts'
import { hostNow } from '../host-clock.ts'
import { openForReading, openForWriting } from './schema.ts'

/** https://www.sqlite.org/fileformat2.html §1.3.3: the file format's read version, which is 2 while a WAL may belong to the file. */
const READ_VERSION_AT = 19
const READ_VERSION_WAL = 2

/**
 * Marks the file with a name for this run, before anything of the run is in a WAL. Each commit names the run too (`commitMark`), so
 * that a WAL of another run is noticed. A reader of another process may stand in the way: then the run before goes on.
 * @returns the name of the run
 */
export function beginRun(path: string): string {
  refuseForeignWal(path)
  const database = openForWriting(path)
  try {
    const run = randomUUID()
    if (toOneFile(database)) database.prepare("INSERT OR REPLACE INTO settings VALUES ('run', ?)").run(run)
    database.exec('PRAGMA journal_mode = WAL')
    return runOf(database) ?? run
  } finally {
    database.close()
  }
}

/** Puts all that is in the WAL into the file and removes the WAL. Every other connection must be closed. */
export function endRun(path: string): void {
  const database = openForWriting(path)
  try {
    toOneFile(database)
  } finally {
    database.close()
  }
}

/**
 * Writes the run, and the latest that this machine's clock has shown at a commit, into each commit. The count makes each row differ from the
 * last: SQLite writes no page that stays the same.
 */
export function commitMark(database: DatabaseSync, run: string): () => void {
  const mark = database.prepare("INSERT OR REPLACE INTO settings VALUES ('run', ?), ('written_at', ?)")
  let commits = 0
  let latest = lastWrittenAt(database) ?? 0
  return () => {
    latest = Math.max(latest, hostNow())
    mark.run(`${run}/${(commits += 1)}`, String(latest))
  }
}

/** The latest that the clock has shown at a commit. One that was set back since has not undone what it had dated. */
export function lastWrittenAt(database: DatabaseSync): number | undefined {
  const row = database.prepare("SELECT value FROM settings WHERE name = 'written_at'").get()
  return row === undefined ? undefined : Number(row['value'])
}

/** A person says that the clock is right and was wrong before: from now on what it shows is the latest. */
export function forgetLaterWrites(database: DatabaseSync): void {
  database.prepare("UPDATE settings SET value = ? WHERE name = 'written_at'").run(String(hostNow()))
}

/** @throws {CufflinkError} LEDGER_WAL_FOREIGN when a WAL lies beside the file that was not written for it. */
export function refuseForeignWal(path: string): void {
  const wal = `${path}-wal`
  if (!existsSync(wal) || statSync(wal).size === 0) return
  const alone = !existsSync(path) || statSync(path).size === 0
  if (alone || closedCleanly(path) || runAlone(path) !== runWithWal(path))
    throw failure('LEDGER_WAL_FOREIGN', { detail: `The files are ${path} and ${wal}.` })
}

function closedCleanly(path: string): boolean {
  const file = openSync(path, 'r')
  try {
    const version = Buffer.alloc(1)
    readSync(file, version, 0, 1, READ_VERSION_AT)
    return version[0] !== READ_VERSION_WAL
  } finally {
    closeSync(file)
  }
}

/** The run that the file itself names. SQLite opens what is `immutable` without its WAL. */
function runAlone(path: string): string | undefined {
  const url = pathToFileURL(path)
  url.searchParams.set('immutable', '1')
  using database = new DatabaseSync(url, { readOnly: true })
  return runOf(database)
}

function runWithWal(path: string): string | undefined {
  using database = openForReading(path)
  return runOf(database)
}

function runOf(database: DatabaseSync): string | undefined {
  if (database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'settings'").get() === undefined)
    return undefined
  const row = database.prepare("SELECT value FROM settings WHERE name = 'run'").get()
  return (row?.['value'] as string | undefined)?.split('/')[0]
}

/** @returns whether the file is one now: not while another process reads it. */
function toOneFile(database: DatabaseSync): boolean {
  try {
    return database.prepare('PRAGMA journal_mode = DELETE').get()?.['journal_mode'] === 'delete'
  } catch {
    return false
  }
}
