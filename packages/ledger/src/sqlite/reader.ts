import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { failure, type TopicName } from '@cufflink/contracts'
import { partitionOf } from '../partitioner.ts'
import type { Ledger, LedgerRecord } from '../port.ts'
import { readEnds, readStarts } from './ends.ts'
import { onFile } from './failure.ts'
import { openForReading, topicNumber } from './schema.ts'

/** A ledger that is read from its beginning, and not written. */
export type LedgerReader = Pick<
  Ledger,
  'partitions' | 'partitionOf' | 'startOffsets' | 'endOffsets' | 'followAll' | 'close'
>

const PAGE = 2_000

/**
 * The embedded ledger of a state folder beside the program that may be running on it. Whoever follows gets what is there, and
 * nothing that comes later.
 * @throws {CufflinkError} CONFIG_INVALID when there is none · LEDGER_DAMAGED
 */
export function openSqliteReader(stateDir: string): LedgerReader {
  const path = join(stateDir, 'ledger.db')
  if (!existsSync(path)) throw failure('CONFIG_INVALID', { detail: `There is no ledger in ${stateDir}.` })
  const database = onFile(path, () => openForReading(path))
  const row = database.prepare("SELECT value FROM settings WHERE name = 'partitions'").get()
  const partitions = Number(row?.['value'])
  const select = database.prepare(
    'SELECT offset, key, text FROM facts WHERE topic = ? AND partition = ? AND offset >= ? ORDER BY offset LIMIT ?',
  )
  const read = (topic: TopicName, partition: number, from: number): LedgerRecord[] => {
    const rows = select.all(topicNumber(topic), partition, from, PAGE)
    return rows.map((each) => ({
      topic,
      partition,
      ...(each as { offset: number; key: string; text: string }),
    }))
  }
  return {
    partitions,
    partitionOf: (key) => partitionOf(key, partitions),
    startOffsets: async (topic) => readStarts(database, topic),
    endOffsets: async (topic) => readEnds(database, topic),
    async followAll(topics, follower) {
      for (const topic of topics)
        for (let partition = 0; partition < partitions; partition += 1) {
          let at = await follower.assigned(topic, partition)
          for (;;) {
            const records = read(topic, partition, at)
            if (records.length === 0) break
            at = await follower.apply({ topic, partition, records })
          }
        }
      return { close: async () => undefined, rewind: () => undefined }
    },
    close: async () => database.close(),
  }
}
