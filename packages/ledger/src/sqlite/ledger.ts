import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { setImmediate } from 'node:timers/promises'
import { MessageChannel, type MessagePort } from 'node:worker_threads'
import { failure, isFact, type TopicName, topicNames } from '@cufflink/contracts'
import { createGroupCommit, type Entry, entryOf, refuseUnreadable } from '../group-commit.ts'
import { clockSays, isHostBefore, refuseImpossibleClock } from '../host-clock.ts'
import { partitionOf } from '../partitioner.ts'
import type { Follower, Following, Ledger, LedgerRecord } from '../port.ts'
import { readEnds, readStarts } from './ends.ts'
import { onFile } from './failure.ts'
import { beginRun, endRun, forgetLaterWrites, lastWrittenAt } from './file.ts'
import { createSignals, followPartitions } from './follow.ts'
import { openForReading, openForWriting, topicNumber } from './schema.ts'
import { lockState } from './state-lock.ts'
import { hostWriter } from './writer-host.ts'
import { linkWriter } from './writer-link.ts'
import type { Rows } from './writer-messages.ts'

/** Records between two pauses: the same thread may serve pages. */
const READ_AT_ONCE = 64

export type SqliteLedgerOptions = {
  /** The folder that holds the state; made when it is missing. */
  readonly dir: string
  /** Partitions of every topic. Fixed when the folder is made. */
  readonly partitions: number
  /** A person has checked this machine's clock: it may be before the ledger's last fact. */
  readonly clockChecked?: boolean
}

/** A ledger that other threads of the process can join. */
export type SqliteLedger = Ledger & {
  /** What `joinSqliteLedger` takes in another thread; to be handed there as a port. */
  invite(): MessagePort
}

/**
 * The embedded ledger: one SQLite file, one writer thread, one process. Close it after every ledger that joined it.
 * @throws {CufflinkError} STATE_IN_USE · STATE_UNWRITABLE · CONFIG_INVALID · LEDGER_TOPICS_DIFFER · CLOCK_BEFORE_LEDGER ·
 *   CLOCK_IMPOSSIBLE · LEDGER_DAMAGED · LEDGER_WAL_FOREIGN
 */
export async function openSqliteLedger(options: SqliteLedgerOptions): Promise<SqliteLedger> {
  const { dir } = options
  const unlock = lockState(dir)
  const path = join(dir, 'ledger.db')
  let run: string
  try {
    run = onFile(path, () => prepare(path, options))
  } catch (error) {
    unlock()
    throw error
  }
  const host = hostWriter({ path, run })
  const invite = (): MessagePort => {
    const { port1, port2 } = new MessageChannel()
    host.admit(port1)
    return port2
  }
  const ledger = await joinSqliteLedger(options, invite())
  const leave = ledger.close
  return Object.assign(ledger, {
    invite,
    async close() {
      await leave()
      await host.close()
      endRun(path)
      unlock()
    },
  })
}

/** The ledger that another thread of this process has opened, with a connection of its own for reading. */
export async function joinSqliteLedger(
  { dir, partitions }: Pick<SqliteLedgerOptions, 'dir' | 'partitions'>,
  control: MessagePort,
): Promise<Ledger> {
  const path = join(dir, 'ledger.db')
  const reader = openForReading(path)
  const signals = createSignals()
  const writer = linkWriter({
    control,
    appended: (grew) => {
      for (const [topic, partition] of grew) signals.wake(topicNames[topic]!, partition)
    },
    relinked: () => signals.wakeAll(),
  })
  const group = createGroupCommit((entries) => writer.write(columns(entries)))
  const select = reader.prepare(
    'SELECT offset, key, text FROM facts WHERE topic = ? AND partition = ? AND offset >= ? ORDER BY offset LIMIT ?',
  )

  const read = (topic: TopicName, partition: number, from: number, limit: number): LedgerRecord[] =>
    onFile(path, () =>
      (
        select.all(topicNumber(topic), partition, from, limit) as {
          offset: number
          key: string
          text: string
        }[]
      ).map(({ offset, key, text }) => ({ topic, partition, offset, key, text })),
    )

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
    hostIsEarly: async () => onFile(path, () => isHostBefore(lastWrittenAt(reader) ?? 0)),
    append: (fact) => (isFact(fact) ? group.append(entryOf(fact, partitions)) : refuseUnreadable(fact)),
    partitionOf: (key) => partitionOf(key, partitions),
    read: async (topic, partition, from, limit) => read(topic, partition, from, limit),
    async *readAt(topic, places, signal) {
      for (const [index, { partition, offset }] of places.entries()) {
        signal.throwIfAborted()
        const [record] = read(topic, partition, offset, 1)
        if (record?.offset === offset) yield record
        if (index % READ_AT_ONCE === READ_AT_ONCE - 1) await setImmediate()
      }
    },
    follow: (topics, _group, follower) => follow(topics, follower),
    followAll: follow,
    startOffsets: async (topic) => readStarts(reader, topic),
    endOffsets: async (topic) => readEnds(reader, topic),
    async close() {
      await group.close()
      reader.close()
      writer.close()
    },
  }
}

/** @returns the name of this run */
function prepare(path: string, { partitions, clockChecked = false }: SqliteLedgerOptions): string {
  refuseImpossibleClock()
  const run = beginRun(path)
  const database = openForWriting(path)
  try {
    database.prepare("INSERT OR IGNORE INTO settings VALUES ('partitions', ?)").run(String(partitions))
    const row = database.prepare("SELECT value FROM settings WHERE name = 'partitions'").get()
    if (row?.['value'] !== String(partitions))
      throw failure('LEDGER_TOPICS_DIFFER', { detail: `The ledger has ${String(row?.['value'])}.` })
    if (clockChecked) forgetLaterWrites(database)
    refuseEarlyClock(lastWrittenAt(database) ?? 0)
    return run
  } finally {
    database.close()
  }
}

/** @throws {CufflinkError} CLOCK_BEFORE_LEDGER */
function refuseEarlyClock(writtenAt: number): void {
  if (!isHostBefore(writtenAt)) return
  const detail = `${clockSays()} The last fact was written ${new Date(writtenAt).toISOString()}.`
  throw failure('CLOCK_BEFORE_LEDGER', { detail })
}

const columns = (entries: readonly Entry[]): Rows => ({
  topics: entries.map(({ topic }) => topicNumber(topic)),
  partitions: entries.map(({ partition }) => partition),
  keys: entries.map(({ key }) => key),
  texts: entries.map(({ text }) => text),
})

const sqliteVersion = (reader: DatabaseSync): string =>
  String(reader.prepare('SELECT sqlite_version() AS version').get()?.['version'])
