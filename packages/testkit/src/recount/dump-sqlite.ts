import { DatabaseSync } from 'node:sqlite'
import type { DumpedRecord } from '@cufflink/contracts/recount'

/** The topics' numbers in the file, which are never reordered. */
const numbers = { readings: 0, activity: 1, registry: 2, unassigned: 3, rejected: 4 } as const

/** Everything on a topic of the embedded ledger, read from its file beside the process that writes it. */
export function dumpSqlite(path: string, topic: keyof typeof numbers): DumpedRecord[] {
  const database = new DatabaseSync(path, { readOnly: true })
  try {
    const rows = database.prepare(
      'SELECT partition, offset, key, text FROM facts WHERE topic = ? ORDER BY partition, offset',
    )
    return rows.all(numbers[topic]) as DumpedRecord[] // the columns are named so
  } finally {
    database.close()
  }
}
