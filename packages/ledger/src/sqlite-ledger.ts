import { once } from 'node:events'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { Worker } from 'node:worker_threads'
import { failure, keyOf, type TopicName, topicNames, topicOf } from '@cufflink/contracts'
import { createGroupCommit, type Entry } from './group-commit.ts'
import { refuseEarlyClock } from './host-clock.ts'
import { partitionOf } from './partitioner.ts'
import type { Follower, Following, Ledger, LedgerRecord } from './port.ts'
import { onFile } from './sqlite-failure.ts'
import { beginRun, endRun, lastWrittenAt } from './sqlite-file.ts'
import { createSignals, followPartitions } from './sqlite-follow.ts'
import { openForReading, openForWriting, topicNumber } from './sqlite-schema.ts'
import type { Rows, WriterData, WriterReply } from './sqlite-writer.ts'
import { lockState } from './state-lock.ts'

export type SqliteLedgerOptions = {
  /** The folder that holds the state; made when it is missing. */
  readonly dir: string
  /** Partitions of every topic. Fixed when the folder is made. */
  readonly partitions: number
  /** A person has checked this machine's clock: it may be before the ledger's last fact. */
  readonly clockChecked?: boolean
}

/**
 * The embedded ledger: one SQLite file, one writer thread, one process.
 * @throws {CufflinkError} STATE_IN_USE · STATE_UNWRITABLE · CONFIG_INVALID · LEDGER_TOPICS_DIFFER · CLOCK_BEFORE_LEDGER ·
 *   LEDGER_DAMAGED · LEDGER_WAL_FOREIGN
 */
export async function openSqliteLedger(options: SqliteLedgerOptions): Promise<Ledger> {
  const { dir, partitions } = options
  const unlock = lockState(dir)
  const path = join(dir, 'ledger.db')
  let run: string
  try {
    run = onFile(path, () => prepare(path, options))
  } catch (error) {
    unlock()
    throw error
  }
  const reader = openForReading(path)
  const writer = openWriter(path, run)
  let ends = readEnds(reader, partitions)
  const signals = createSignals()
  const select = reader.prepare(
    'SELECT offset, key, text FROM facts WHERE topic = ? AND partition = ? AND offset >= ? ORDER BY offset LIMIT ?',
  )

  const read = (topic: TopicName, partition: number, from: number, limit: number): LedgerRecord[] =>
    (
      select.all(topicNumber(topic), partition, from, limit) as {
        offset: number
        key: string
        text: string
      }[]
    ).map(({ offset, key, text }) => ({ topic, partition, offset, key, text }))

  const group = createGroupCommit(write)

  async function write(entries: readonly Entry[]): Promise<number[]> {
    const after = new Map([...ends].map(([topic, list]) => [topic, [...list]]))
    const offsets = entries.map(({ topic, partition }) => after.get(topic)![partition]!++)
    try {
      await writer.write(columns(entries, offsets))
    } catch (error) {
      // Whether the commit happened is unknown: the file says. A fact written twice is folded once.
      ends = readEnds(reader, partitions)
      throw error
    }
    ends = after
    signals.appended(entries)
    return offsets
  }

  const follow = async (topics: readonly TopicName[], follower: Follower): Promise<Following> =>
    followPartitions({ topics, partitions, follower, read, signals })

  return {
    engine: `SQLite ${sqliteVersion(reader)}`,
    partitions,
    get queued() {
      return group.queued
    },
    get available() {
      return group.available
    },
    alarms: [],
    append: (fact) => {
      const key = keyOf(fact)
      return group.append({
        topic: topicOf(fact.type),
        partition: partitionOf(key, partitions),
        key,
        text: JSON.stringify(fact),
      })
    },
    partitionOf: (key) => partitionOf(key, partitions),
    read: async (topic, partition, from, limit) => read(topic, partition, from, limit),
    follow: (topics, _group, follower) => follow(topics, follower),
    followAll: follow,
    startOffsets: async (topic) => readStarts(reader, topic, ends.get(topic)!),
    endOffsets: async (topic) => [...ends.get(topic)!],
    async close() {
      await group.close()
      reader.close()
      await writer.close()
      endRun(path)
      unlock()
    },
  }
}

/** @returns the name of this run */
function prepare(path: string, { partitions, clockChecked = false }: SqliteLedgerOptions): string {
  const run = beginRun(path)
  const database = openForWriting(path)
  try {
    database.prepare("INSERT OR IGNORE INTO settings VALUES ('partitions', ?)").run(String(partitions))
    const row = database.prepare("SELECT value FROM settings WHERE name = 'partitions'").get()
    if (row?.['value'] !== String(partitions))
      throw failure('LEDGER_TOPICS_DIFFER', { detail: `The ledger has ${String(row?.['value'])}.` })
    const lastFactAt = lastWrittenAt(database)
    if (lastFactAt !== undefined && !clockChecked) refuseEarlyClock(Date.now(), lastFactAt)
    return run
  } finally {
    database.close()
  }
}

/** The writer thread; a new one takes the place of one that died. Batches are written one at a time. */
function openWriter(path: string, run: string): { write(rows: Rows): Promise<void>; close(): Promise<void> } {
  let worker: Worker | undefined
  let reply = Promise.withResolvers<WriterReply>()

  function start(): Worker {
    const started = new Worker(new URL('./sqlite-writer.ts', import.meta.url), {
      workerData: { path, run } satisfies WriterData,
    })
    started.on('message', (message: WriterReply) => reply.resolve(message))
    started.on('exit', () => {
      worker = undefined
      reply.resolve({ ok: false, reason: 'the writer thread ended' })
    })
    // An error in the thread ends it; `exit` follows.
    started.on('error', () => undefined)
    return started
  }

  return {
    async write(rows) {
      reply = Promise.withResolvers()
      worker ??= start()
      worker.postMessage(rows)
      const answer = await reply.promise
      if (!answer.ok) throw failure('LEDGER_UNAVAILABLE', { cause: new Error(answer.reason) })
    },
    async close() {
      if (worker === undefined) return
      const exited = once(worker, 'exit')
      worker.postMessage('close')
      await exited
    },
  }
}

function columns(entries: readonly Entry[], offsets: readonly number[]): Rows {
  return {
    topics: entries.map(({ topic }) => topicNumber(topic)),
    partitions: entries.map(({ partition }) => partition),
    offsets,
    keys: entries.map(({ key }) => key),
    texts: entries.map(({ text }) => text),
  }
}

export function readEnds(reader: DatabaseSync, partitions: number): Map<TopicName, number[]> {
  const last = reader.prepare('SELECT max(offset) AS last FROM facts WHERE topic = ? AND partition = ?')
  const endOf = (topic: TopicName, partition: number): number => {
    const row = last.get(topicNumber(topic), partition) as { last: number | null }
    return row.last === null ? 0 : row.last + 1
  }
  return new Map(
    topicNames.map((topic) => [
      topic,
      Array.from({ length: partitions }, (_, partition) => endOf(topic, partition)),
    ]),
  )
}

export function readStarts(reader: DatabaseSync, topic: TopicName, ends: readonly number[]): number[] {
  const first = reader.prepare('SELECT min(offset) AS first FROM facts WHERE topic = ? AND partition = ?')
  return ends.map((end, partition) => {
    const row = first.get(topicNumber(topic), partition) as { first: number | null }
    return row.first ?? end
  })
}

const sqliteVersion = (reader: DatabaseSync): string =>
  String(reader.prepare('SELECT sqlite_version() AS version').get()?.['version'])
