/**
 * The thread that writes the embedded ledger, gives out the offsets, and deletes what its topics do not keep. Several threads of the
 * process hand it batches, each over a port of its own. An fsync takes 0.2 to 15 ms; here it blocks no socket and no page.
 */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { topicNames } from '@cufflink/contracts'
import { readEnds } from './ends.ts'
import { commitMark } from './file.ts'
import { openForWriting } from './schema.ts'
import { readRunningMs, SWEEP_FACTS, sweep, writeRunningMs } from './sweep.ts'
import type { Appended, Rows, WriterAnswer, WriterData } from './writer-messages.ts'

const SWEEP_EVERY_MS = 3_600_000

const { path, run } = workerData as WriterData
const database = openForWriting(path)
const markCommit = commitMark(database, run)
// A row at a time: a statement of several rows takes SQLite 2.7 times as long per row (3.51, measured).
const insert = database.prepare('INSERT INTO facts VALUES (?, ?, ?, ?, ?)')
const members = new Set<MessagePort>()
/** The next offset of each partition, by number of topic. */
let ends = allEnds()

const ranBefore = readRunningMs(database)
const runningMs = (): number => ranBefore + Math.round(performance.now())
const sweeping = setInterval(sweepAll, SWEEP_EVERY_MS)
sweepAll()

parentPort?.on('message', (message: MessagePort | 'close') =>
  message === 'close' ? close() : admit(message),
)

function admit(member: MessagePort): void {
  members.add(member)
  member.on('close', () => members.delete(member))
  member.on('message', (rows: Rows) => {
    const answer = write(rows)
    if (answer.type === 'written') announce(rows)
    member.postMessage(answer)
  })
}

function close(): void {
  clearInterval(sweeping)
  keepRunningMs()
  database.close()
  for (const member of members) member.close()
  parentPort?.close()
}

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
    // the disk is full, or someone else is writing: a write says so
  }
}

function write(rows: Rows): WriterAnswer {
  try {
    database.exec('BEGIN IMMEDIATE')
    const offsets = insertAll(rows)
    markCommit()
    database.exec('COMMIT')
    return { type: 'written', offsets }
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK')
    reloadEnds()
    const { message, errcode } = error as { message?: string; errcode?: number }
    return { type: 'failed', reason: message ?? 'unknown', ...(errcode !== undefined && { errcode }) }
  }
}

const insertAll = ({ topics, partitions, keys, texts }: Rows): readonly number[] =>
  keys.map((key, i) => {
    const [topic, partition] = [topics[i]!, partitions[i]!]
    const offset = ends[topic]![partition]!++
    insert.run(topic, partition, offset, key, texts[i]!)
    return offset
  })

/** Whether a commit that failed happened, the file says. A fact written twice is folded once. */
function reloadEnds(): void {
  try {
    ends = allEnds()
  } catch {
    // the next batch fails as well, at an offset that is taken or for the same reason
  }
}

function allEnds(): number[][] {
  return topicNames.map((topic) => readEnds(database, topic))
}

function announce({ topics, partitions }: Rows): void {
  const grew = new Map(
    topics.map((topic, i) => [`${topic}/${partitions[i]}`, [topic, partitions[i]!] as const]),
  )
  const appended: Appended = { type: 'appended', grew: [...grew.values()] }
  for (const member of members) member.postMessage(appended)
}
