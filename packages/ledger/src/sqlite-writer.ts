/**
 * The thread that writes the embedded ledger. An fsync takes 0.2 to 15 ms; here it blocks no socket and no page.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { openForWriting } from './sqlite-schema.ts'

/** Columns of a batch; row i is the i-th element of each. */
export type Rows = {
  readonly topics: readonly number[]
  readonly partitions: readonly number[]
  readonly offsets: readonly number[]
  readonly keys: readonly string[]
  readonly texts: readonly string[]
}
export type WriterReply = { readonly ok: true } | { readonly ok: false; readonly reason: string }

const ROWS_PER_STATEMENT = 8
const database = openForWriting((workerData as { path: string }).path)
const insert = (rows: number) =>
  database.prepare(`INSERT INTO facts VALUES ${Array(rows).fill('(?,?,?,?,?)').join(',')}`)
const insertMany = insert(ROWS_PER_STATEMENT)
const insertOne = insert(1)

parentPort?.on('message', (message: Rows | 'close') => {
  if (message === 'close') {
    database.close()
    parentPort?.close()
    return
  }
  parentPort?.postMessage(write(message))
})

function write(rows: Rows): WriterReply {
  try {
    database.exec('BEGIN IMMEDIATE')
    insertAll(rows)
    database.exec('COMMIT')
    return { ok: true }
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK')
    return { ok: false, reason: error instanceof Error ? error.message : 'unknown' }
  }
}

function insertAll(rows: Rows): void {
  const values = (from: number, to: number) => {
    const list: (number | string)[] = []
    for (let i = from; i < to; i += 1)
      list.push(rows.topics[i]!, rows.partitions[i]!, rows.offsets[i]!, rows.keys[i]!, rows.texts[i]!)
    return list
  }
  const count = rows.keys.length
  const whole = count - (count % ROWS_PER_STATEMENT)
  for (let i = 0; i < whole; i += ROWS_PER_STATEMENT) insertMany.run(...values(i, i + ROWS_PER_STATEMENT))
  for (let i = whole; i < count; i += 1) insertOne.run(...values(i, i + 1))
}
