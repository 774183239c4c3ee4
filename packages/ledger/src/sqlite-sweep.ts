import type { DatabaseSync } from 'node:sqlite'
import { topicNames, topics } from '@cufflink/contracts'
import { topicNumber } from './sqlite-schema.ts'

/** As much as is deleted in one go: a PUBACK may have to wait for it. */
export const SWEEP_FACTS = 1_000

/**
 * Deletes what the topics do not keep, as a broker does: facts older than a topic's retention, oldest first, and of a compacted topic
 * all but the last fact of each key. The last fact of a partition always stays: the next offset follows it.
 * @returns how many facts are gone; at most `SWEEP_FACTS` of each partition
 */
export function sweep(database: DatabaseSync, now: number): number {
  database.exec('BEGIN IMMEDIATE')
  try {
    const gone = swept(database).map((one) =>
      one.retentionMs < 0 ? compact(database, one) : expire(database, one, now - one.retentionMs),
    )
    database.exec('COMMIT')
    return gone.reduce((sum, each) => sum + each, 0)
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}

type Partition = { readonly topic: number; readonly partition: number }

/** The partitions that lose facts. Those kept for ever are not looked at: to read them would take longer with each year. */
function swept(database: DatabaseSync): readonly (Partition & { readonly retentionMs: number })[] {
  const count = Number(
    database.prepare("SELECT value FROM settings WHERE name = 'partitions'").get()?.['value'],
  )
  return topicNames.flatMap((name) => {
    const { cleanup, retentionMs } = topics[name]
    if (cleanup === 'delete' && retentionMs < 0) return []
    return Array.from({ length: count }, (_, partition) => ({
      topic: topicNumber(name),
      partition,
      retentionMs,
    }))
  })
}

function compact(database: DatabaseSync, { topic, partition }: Partition): number {
  const { changes } = database
    .prepare(
      `DELETE FROM facts WHERE topic = :topic AND partition = :partition AND offset IN (
         SELECT offset FROM (
           SELECT offset, max(offset) OVER (PARTITION BY key) AS last
           FROM facts WHERE topic = :topic AND partition = :partition
         ) WHERE offset < last LIMIT ${SWEEP_FACTS})`,
    )
    .run({ topic, partition })
  return Number(changes)
}

function expire(database: DatabaseSync, { topic, partition }: Partition, before: number): number {
  // What cannot be read has no time, and is as old as its neighbours.
  const oldest = database
    .prepare(
      `SELECT offset, iif(json_valid(text), text ->> '$.at', 0) AS at
       FROM facts WHERE topic = ? AND partition = ? ORDER BY offset LIMIT ${SWEEP_FACTS + 1}`,
    )
    .all(topic, partition) as { offset: number; at: number | null }[]
  const kept = oldest.findIndex(({ at }) => (at ?? 0) >= before)
  const first = oldest.at(kept)
  if (first === undefined) return 0
  const { changes } = database
    .prepare('DELETE FROM facts WHERE topic = ? AND partition = ? AND offset < ?')
    .run(topic, partition, first.offset)
  return Number(changes)
}
