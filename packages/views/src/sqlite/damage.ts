import { renameSync, rmSync } from 'node:fs'
import { CufflinkError } from '@cufflink/contracts'
import { attempt } from './transaction.ts'

/** SQLITE_CORRUPT and SQLITE_NOTADB, https://www.sqlite.org/rescode.html: the low byte of what node:sqlite gives. */
const damageCodes = new Set([11, 26])

/** What SQLite keeps beside a file. */
export const companions = ['-wal', '-shm', '-journal']

/** Whether a failure of the views comes from a file that SQLite cannot read as a database. */
function isDamage(error: unknown): boolean {
  const cause = error instanceof CufflinkError ? error.cause : error
  return damageCodes.has(((cause as { errcode?: number } | undefined)?.errcode ?? 0) & 0xff)
}

/** Keeps a damaged file under another name, for people, and removes what SQLite kept beside it. No connection may be open. */
function putAside(path: string): void {
  const time = new Date().toISOString().replaceAll(/[:.]/g, '')
  renameSync(path, `${path}.damaged-${time}`)
  for (const companion of companions) rmSync(path + companion, { force: true })
}

/** A file that is put aside when it is damaged; a new one takes its place. */
export type ReplaceableFile<Opened> = {
  readonly opened: Opened
  /** A caller that met the damage tries again, as when the views are away. */
  use<Value>(operation: (opened: Opened) => Promise<Value>): Promise<Value>
}

/** @throws {CufflinkError} VIEWS_UNAVAILABLE when it cannot be opened */
export async function replaceableFile<Opened extends { close(): void }>(
  path: string,
  { open, damaged }: { open(path: string): Opened; readonly damaged?: (() => void) | undefined },
): Promise<ReplaceableFile<Opened>> {
  let opened = await openOrReplace()

  async function openOrReplace(): Promise<Opened> {
    try {
      return await attempt(() => open(path))
    } catch (error) {
      if (!isDamage(error)) throw error
      putAside(path)
      damaged?.()
      return attempt(() => open(path))
    }
  }

  return {
    get opened() {
      return opened
    },
    async use(operation) {
      const used = opened
      try {
        return await operation(used)
      } catch (error) {
        if (isDamage(error) && used === opened) {
          used.close()
          putAside(path)
          damaged?.()
          opened = await openOrReplace()
        }
        throw error
      }
    },
  }
}
