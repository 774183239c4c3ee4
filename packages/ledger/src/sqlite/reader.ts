import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { failure, type TopicName } from '@cufflink/contracts'
import { partitionOf } from '../partitioner.ts'
import type { Follower, Following, Ledger, LedgerRecord } from '../port.ts'
import { readEnds, readStarts } from './ends.ts'
import { onFile } from './failure.ts'
import { openForReading, topicNumber } from './schema.ts'

/** A ledger that is read from its beginning, and not written. */
export type LedgerReader = Pick<
  Ledger,
  'partitions' | 'partitionOf' | 'startOffsets' | 'endOffsets' | 'followAll' | 'close'
>

/**
 * What is read at once. Large, as a document that many facts of a batch change is written once for all of them, and small enough to be held: texts of so many
 * characters, decoded they take several times that.
 */
const PAGE_CHARACTERS = 8 * 2 ** 20
const PAGE = 20_000
const LOOK_EVERY_MS = 50

/**
 * The embedded ledger of a state folder beside the program that may be running on it. A follower has what is there once that resolves,
 * and gets what is appended later.
 * @throws {CufflinkError} CONFIG_INVALID when there is none · LEDGER_DAMAGED
 */
export function openSqliteReader(stateDir: string): LedgerReader {
  const path = join(stateDir, 'ledger.db')
  if (!existsSync(path))
    throw failure('CONFIG_INVALID', {
      detail: `There is no ledger in ${stateDir}: set STATE_DIR to the folder that Cufflink runs on, or LEDGER_ENGINE=kafka.`,
    })
  const database = onFile(path, () => openForReading(path))
  const row = database.prepare("SELECT value FROM settings WHERE name = 'partitions'").get()
  const partitions = Number(row?.['value'])
  const select = database.prepare(
    'SELECT offset, key, text FROM facts WHERE topic = ? AND partition = ? AND offset >= ? ORDER BY offset LIMIT ?',
  )
  const read = (topic: TopicName, partition: number, from: number): LedgerRecord[] => {
    const records: LedgerRecord[] = []
    let characters = 0
    for (const row of select.iterate(topicNumber(topic), partition, from, PAGE)) {
      const { offset, key, text } = row as { offset: number; key: string; text: string }
      records.push({ topic, partition, offset, key, text })
      characters += text.length
      if (characters >= PAGE_CHARACTERS) break
    }
    return records
  }
  return {
    partitions,
    partitionOf: (key) => partitionOf(key, partitions),
    startOffsets: async (topic) => readStarts(database, topic),
    endOffsets: async (topic) => readEnds(database, topic),
    followAll: (topics, follower) => followWritten({ topics, partitions, follower, read }),
    close: async () => database.close(),
  }
}

type Written = {
  readonly topics: readonly TopicName[]
  readonly partitions: number
  readonly follower: Follower
  read(topic: TopicName, partition: number, from: number): readonly LedgerRecord[]
}

/** Another process appends: the file is looked at again and again. What fails the first time is told, later it is tried again. */
async function followWritten({ topics, partitions, follower, read }: Written): Promise<Following> {
  const positions = new Map<string, number>()
  let isClosed = false

  async function readPartition(topic: TopicName, partition: number): Promise<void> {
    const name = `${topic}/${partition}`
    if (!positions.has(name)) positions.set(name, await follower.assigned(topic, partition))
    while (!isClosed) {
      const at = positions.get(name)
      // It was taken back meanwhile: the next look asks where to go on.
      if (at === undefined) return
      const records = read(topic, partition, at)
      if (records.length === 0) return
      const next = await follower.apply({ topic, partition, records })
      if (positions.has(name)) positions.set(name, next)
      await setImmediate() // for others in this process
    }
  }

  async function readAll(): Promise<void> {
    for (const topic of topics)
      for (let partition = 0; partition < partitions && !isClosed; partition += 1)
        await readPartition(topic, partition).catch((error: unknown) => {
          positions.delete(`${topic}/${partition}`)
          throw error
        })
  }

  await readAll()
  let reading: Promise<void> | undefined
  const timer = setInterval(() => {
    reading ??= readAll()
      .catch(() => undefined)
      .finally(() => {
        reading = undefined
      })
  }, LOOK_EVERY_MS)
  return {
    async close() {
      isClosed = true
      clearInterval(timer)
      await reading
    },
    rewind: (topic, partition) => void positions.delete(`${topic}/${partition}`),
  }
}
