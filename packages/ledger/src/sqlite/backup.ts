/** Copies of the embedded ledger: one file each, whole, that need nothing beside them. */
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { failure } from '@cufflink/contracts'
import { onFile } from './failure.ts'
import { refuseForeignWal } from './file.ts'
import { openForReading } from './schema.ts'
import { lockState } from './state-lock.ts'

/** The files that SQLite keeps beside one of its own. */
const companions = ['-wal', '-shm', '-journal']
const LEDGER = 'ledger.db'

export type LedgerCopy = { readonly path: string; readonly facts: number; readonly bytes: number }

/**
 * Copies the ledger of a state folder, beside the program that may be running on it: everything that was acknowledged before the
 * call is in the copy, and on the disk when this returns.
 * @param to a file that does not exist yet, or a folder, in which the file is named by the time
 * @throws {CufflinkError} CONFIG_INVALID · LEDGER_DAMAGED · LEDGER_WAL_FOREIGN · STATE_UNWRITABLE
 */
export function backUpLedger(stateDir: string, to: string): LedgerCopy {
  const from = join(stateDir, LEDGER)
  if (!existsSync(from))
    throw failure('CONFIG_INVALID', {
      detail: `There is no ledger in ${stateDir}: set STATE_DIR to the folder that Cufflink runs on.`,
    })
  const folder = existsSync(to) && statSync(to).isDirectory()
  const path = folder ? join(to, `cufflink-${timeName()}.db`) : to
  if (existsSync(path)) throw failure('CONFIG_INVALID', { detail: `${path} is there already.` })
  return copyLedger(from, path)
}

/** What a restore did. `replaced` is the folder that the former ledger was moved to. */
export type Restored = LedgerCopy & { readonly replaced?: string; readonly viewsRemoved: boolean }

/**
 * Makes a copy the ledger of a state folder, on which no program may run. The former ledger is moved to a folder beside it. The views
 * are removed: they are filled again from the ledger. Ended at any point, it leaves the former ledger, or the new one, or
 * LEDGER_WAL_FOREIGN at the next start, and can be run again.
 * @throws {CufflinkError} CONFIG_INVALID · STATE_IN_USE · LEDGER_DAMAGED · LEDGER_WAL_FOREIGN · STATE_UNWRITABLE
 */
export function restoreLedger(file: string, stateDir: string): Restored {
  if (!existsSync(file)) throw failure('CONFIG_INVALID', { detail: `There is no file ${file}.` })
  const unlock = lockState(stateDir)
  try {
    const path = join(stateDir, LEDGER)
    const part = `${path}.part`
    rmSync(part, { force: true })
    const copy = copyLedger(file, part)
    const viewsRemoved = removeViews(stateDir)
    const replaced = keepFormer(path)
    renameSync(part, path)
    for (const companion of companions) rmSync(`${path}${companion}`, { force: true })
    syncPath(stateDir)
    return { ...copy, path, viewsRemoved, ...(replaced !== undefined && { replaced }) }
  } finally {
    unlock()
  }
}

/** Copies by reading every page, so that a damaged file is no backup, and without what the file has in a WAL beside it. */
function copyLedger(from: string, to: string): LedgerCopy {
  return onFile(from, () => {
    refuseForeignWal(from)
    using source = openForReading(from)
    if (source.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'facts'").get() === undefined)
      throw failure('CONFIG_INVALID', { detail: `${from} is not a ledger of Cufflink.` })
    const part = `${to}.unfinished`
    rmSync(part, { force: true })
    // What people measure lies in it: for its owner alone, from its first byte.
    closeSync(openSync(part, 'wx', 0o600))
    try {
      source.prepare('VACUUM INTO ?').run(part)
      syncPath(part)
      renameSync(part, to)
    } finally {
      rmSync(part, { force: true })
    }
    chmodSync(to, 0o600)
    syncPath(dirname(to))
    return { path: to, facts: countFacts(to), bytes: statSync(to).size }
  })
}

function countFacts(path: string): number {
  using database = openForReading(path)
  return database.prepare('SELECT count(*) AS facts FROM facts').get()?.['facts'] as number
}

/** Every generation of them, and what lies beside. */
function removeViews(stateDir: string): boolean {
  const derived = readdirSync(stateDir).filter((name) => /^(views(-\d+)?|leases)\.db(-\w+)?$/.test(name))
  for (const name of derived) rmSync(join(stateDir, name))
  return derived.length > 0
}

/** Keeps the former ledger under a second name. It loses the first one when the copy takes its place: there is a ledger at each moment. */
function keepFormer(path: string): string | undefined {
  const files = ['', ...companions]
    .map((companion) => `${path}${companion}`)
    .filter((file) => existsSync(file))
  if (files.length === 0) return undefined
  const folder = join(dirname(path), `replaced-${timeName()}`)
  mkdirSync(folder, { mode: 0o700 })
  for (const file of files) linkSync(file, join(folder, basename(file)))
  return folder
}

function syncPath(path: string): void {
  const descriptor = openSync(path, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** Now, as part of a file's name. */
const timeName = (): string => new Date().toISOString().replaceAll(':', '').replace(/\.\d+/, '')
