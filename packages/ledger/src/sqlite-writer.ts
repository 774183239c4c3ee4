/**
 * The thread that writes the embedded ledger, and deletes what its topics do not keep. An fsync takes 0.2 to 15 ms; here it blocks
 * no socket and no page.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { commitMark } from './sqlite-file.ts'
import { openForWriting } from './sqlite-schema.ts'
import { readRunningMs, SWEEP_FACTS, sweep, writeRunningMs } from './sqlite-sweep.ts'

const SWEEP_EVERY_MS = 3_600_000

/** Columns of a batch; row i is the i-th element of each. */
export type Rows = {
  readonly topics: readonly number[]
  readonly partitions: readonly number[]
  readonly offsets: readonly number[]
  readonly keys: readonly string[]
  readonly texts: readonly string[]
}
/** `run` names the start of this ledger in each commit. */
export type WriterData = { readonly path: string; readonly run: string }
export type WriterReply = { readonly ok: true } | { readonly ok: false; readonly reason: string }

const { path, run } = workerData as WriterData
const database = openForWriting(path)
const markCommit = commitMark(database, run)
// A row at a time: a statement of several rows takes SQLite 2.7 times as long per row (3.51, measured).
const insert = database.prepare('INSERT INTO facts VALUES (?, ?, ?, ?, ?)')

const ranBefore = readRunningMs(database)
const runningMs = (): number => ranBefore + Math.round(performance.now())
const sweeping = setInterval(sweepAll, SWEEP_EVERY_MS)
sweepAll()

parentPort?.on('message', (message: Rows | 'close') => {
  if (message === 'close') {
    clearInterval(sweeping)
    keepRunningMs()
    database.close()
    parentPort?.close()
    return
  }
  parentPort?.postMessage(write(message))
})

function keepRunningMs(): void {
  try {
    writeRunningMs(database, runningMs())
  } catch {
    // the disk is full: what has run since the last time is not counted, so that facts are kept for longer
  }
}

/** A part at a time, so that no batch waits for long. What fails is tried again in an hour. */
function sweepAll(): void {
  try {
    if (!database.isOpen) return
    keepRunningMs()
    if (sweep(database, runningMs()) >= SWEEP_FACTS) setImmediate(sweepAll)
  } catch {
    // the disk is full, or somebody else is writing: a write says so
  }
}

function write(rows: Rows): WriterReply {
  try {
    database.exec('BEGIN IMMEDIATE')
    insertAll(rows)
    markCommit()
    database.exec('COMMIT')
    return { ok: true }
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK')
    return { ok: false, reason: error instanceof Error ? error.message : 'unknown' }
  }
}

function insertAll({ topics, partitions, offsets, keys, texts }: Rows): void {
  for (let i = 0; i < keys.length; i += 1)
    insert.run(topics[i]!, partitions[i]!, offsets[i]!, keys[i]!, texts[i]!)
}
