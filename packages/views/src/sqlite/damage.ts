import { renameSync, rmSync } from 'node:fs'
import { CufflinkError } from '@cufflink/contracts'

/** SQLITE_CORRUPT and SQLITE_NOTADB, https://www.sqlite.org/rescode.html: the low byte of what node:sqlite gives. */
const damageCodes = new Set([11, 26])

/** Whether a failure of the views comes from a file that SQLite cannot read as a database. */
export function isDamage(error: unknown): boolean {
  const cause = error instanceof CufflinkError ? error.cause : error
  return damageCodes.has(((cause as { errcode?: number } | undefined)?.errcode ?? 0) & 0xff)
}

/** Keeps a damaged file under another name, for people, and removes what SQLite kept beside it. No connection may be open. */
export function putAside(path: string): void {
  const time = new Date().toISOString().replaceAll(/[:.]/g, '')
  renameSync(path, `${path}.damaged-${time}`)
  for (const companion of ['-wal', '-shm', '-journal']) rmSync(path + companion, { force: true })
}
