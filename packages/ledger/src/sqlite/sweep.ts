import type { DatabaseSync } from 'node:sqlite'
import { topicNames, topics } from '@cufflink/contracts'
import { topicNumber } from './schema.ts'

/** As much as is deleted in one go: a PUBACK may have to wait for it. */
export const SWEEP_FACTS = 1_000
const DAY_MS = 86_400_000

/**
 * Deletes what the topics do not keep: of a compacted topic all but the last fact of each key, and of a topic with a retention what was
 * there before it, counted in time that this ledger has run (`runningMs`), not by any clock: a clock that was wrong once, on this machine
 * or in a fact, must not delete what was acknowledged. The last fact of a partition always stays: the next offset follows it.
 * @returns how many facts are gone; at most `SWEEP_FACTS` of each partition
 */
export function sweep(database: DatabaseSync, runningMs: number): number {
  database.exec('BEGIN IMMEDIATE')
  try {
    const gone = swept(database).map((one) =>
      one.retentionMs < 0 ? compact(database, one) : expire(database, one, runningMs),
    )
    database.exec('COMMIT')
    return gone.reduce((sum, each) => sum + each, 0)
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}

type Partition = { readonly topic: number; readonly partition: number }
type Swept = Partition & { readonly retentionMs: number }

/** The partitions that lose facts. Those kept for ever are not looked at: to read them would take longer with each year. */
function swept(database: DatabaseSync): readonly Swept[] {
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

function expire(database: DatabaseSync, { topic, partition, retentionMs }: Swept, runningMs: number): number {
  markEnd(database, { topic, partition }, runningMs)
  const kept = database
    .prepare('SELECT max(end) AS kept FROM marks WHERE topic = ? AND partition = ? AND running_ms <= ?')
    .get(topic, partition, runningMs - retentionMs)?.['kept']
  if (typeof kept !== 'number') return 0
  const { changes } = database
    .prepare(
      `DELETE FROM facts WHERE topic = :topic AND partition = :partition AND offset IN (
         SELECT offset FROM facts WHERE topic = :topic AND partition = :partition AND offset < :kept
         AND offset < (SELECT max(offset) FROM facts WHERE topic = :topic AND partition = :partition)
         ORDER BY offset LIMIT ${SWEEP_FACTS})`,
    )
    .run({ topic, partition, kept })
  return Number(changes)
}

/** Once in a day of running: where the partition ends now. */
function markEnd(database: DatabaseSync, { topic, partition }: Partition, runningMs: number): void {
  const latest = database
    .prepare('SELECT max(running_ms) AS latest FROM marks WHERE topic = ? AND partition = ?')
    .get(topic, partition)?.['latest']
  if (typeof latest === 'number' && runningMs - latest < DAY_MS) return
  database
    .prepare(
      `INSERT INTO marks SELECT :topic, :partition, :runningMs, max(offset) + 1 FROM facts
       WHERE topic = :topic AND partition = :partition HAVING max(offset) IS NOT NULL`,
    )
    .run({ topic, partition, runningMs })
}

/** How long this ledger has run, over all its starts. */
export const readRunningMs = (database: DatabaseSync): number =>
  Number(database.prepare("SELECT value FROM settings WHERE name = 'running_ms'").get()?.['value'] ?? 0)

export const writeRunningMs = (database: DatabaseSync, runningMs: number): void =>
  void database.prepare("INSERT OR REPLACE INTO settings VALUES ('running_ms', ?)").run(String(runningMs))
