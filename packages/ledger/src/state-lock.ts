import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { failure } from '@cufflink/contracts'

/** https://www.sqlite.org/rescode.html */
const SQLITE_BUSY = 5

/**
 * Holds a folder, made for its owner alone when it is missing, for one process. The lock is the operating system's, on a file that SQLite opens
 * exclusively: it goes with the process, `kill -9` included, and leaves nothing to clean up.
 * @returns a function that gives the folder back.
 * @throws {CufflinkError} STATE_IN_USE while another process holds it · CONFIG_INVALID when it cannot be made or written.
 */
export function lockState(dir: string): () => void {
  let lock: DatabaseSync | undefined
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 })
    lock = new DatabaseSync(join(dir, 'lock'), { timeout: 0 })
    lock.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
  } catch (cause) {
    lock?.close()
    if ((cause as { errcode?: number }).errcode === SQLITE_BUSY) throw failure('STATE_IN_USE', { cause })
    const why = (cause as NodeJS.ErrnoException).code ?? 'unknown reason'
    throw failure('CONFIG_INVALID', {
      detail: `STATE_DIR: the folder ${dir} cannot be used (${why}). It must be a folder that this program may write.`,
      cause,
    })
  }
  const held = lock
  return () => held.close()
}
