import { DatabaseSync } from 'node:sqlite'
import { failure } from '@cufflink/contracts'

/**
 * Holds a folder for one process. The lock is the operating system's, on a file that SQLite opens exclusively:
 * it goes with the process, `kill -9` included, and leaves nothing to clean up.
 * @returns a function that gives the folder back.
 * @throws {CufflinkError} STATE_IN_USE while another process holds it.
 */
export function lockState(path: string): () => void {
  const lock = new DatabaseSync(path, { timeout: 0 })
  try {
    lock.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
  } catch (cause) {
    lock.close()
    throw failure('STATE_IN_USE', { cause })
  }
  return () => lock.close()
}
