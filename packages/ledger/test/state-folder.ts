import { mkdtempDisposableSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** A folder that goes with the test. */
export const temporary = () => {
  const folder = mkdtempDisposableSync(join(tmpdir(), 'cufflink-ledger-'))
  return { path: folder.path, [Symbol.dispose]: () => folder.remove() }
}

/** How many facts a file holds, with the WAL that lies beside it. */
export function factsIn(file: string): number {
  using database = new DatabaseSync(file, { readOnly: true })
  return database.prepare('SELECT count(*) AS n FROM facts').get()?.['n'] as number
}
