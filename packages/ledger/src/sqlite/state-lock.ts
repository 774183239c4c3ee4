import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { CufflinkError, failure } from '@cufflink/contracts'
import { sqliteFailure } from './failure.ts'

/** What the operating system says of a folder that may not be written, or of a full disk. */
const unwritable = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT'])

/**
 * Holds a folder, made for its owner alone when it is missing, for one process. The lock is the operating system's, on a file that SQLite opens
 * exclusively: it goes with the process, `kill -9` included, and leaves nothing to clean up.
 * @returns a function that gives the folder back.
 * @throws {CufflinkError} STATE_IN_USE while another process holds it · STATE_UNWRITABLE · CONFIG_INVALID when it is no folder.
 */
export function lockState(dir: string): () => void {
  let lock: DatabaseSync | undefined
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 })
    lock = new DatabaseSync(join(dir, 'lock'), { timeout: 0 })
    // Of a file that may not be written SQLite locks nothing, without a word; so it is written.
    lock.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; PRAGMA user_version = 1')
  } catch (cause) {
    lock?.close()
    throw refusal(dir, cause)
  }
  const held = lock
  return () => held.close()
}

function refusal(dir: string, cause: unknown): CufflinkError {
  const where = `The folder is ${dir}.`
  const translated = sqliteFailure(cause, where)
  if (translated instanceof CufflinkError) {
    if (translated.code === 'LEDGER_UNAVAILABLE') return failure('STATE_IN_USE', { cause })
    if (translated.code === 'STATE_UNWRITABLE') return translated
  }
  const why = (cause as NodeJS.ErrnoException).code ?? 'unknown reason'
  if (unwritable.has(why)) return failure('STATE_UNWRITABLE', { detail: where, cause })
  return failure('CONFIG_INVALID', {
    detail: `STATE_DIR: the folder ${dir} cannot be used (${why}). It must be a folder that this program may write.`,
    cause,
  })
}
