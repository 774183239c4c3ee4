import type { DatabaseSync } from 'node:sqlite'
import type { TopicName } from '@cufflink/contracts'
import { topicNumber } from './schema.ts'

/** The offset that the next fact of each partition of a topic will get. */
export function readEnds(database: DatabaseSync, topic: TopicName): number[] {
  const partitions = Number(
    database.prepare("SELECT value FROM settings WHERE name = 'partitions'").get()?.['value'],
  )
  const last = database.prepare('SELECT max(offset) AS last FROM facts WHERE topic = ? AND partition = ?')
  return Array.from({ length: partitions }, (_, partition) => {
    const row = last.get(topicNumber(topic), partition) as { last: number | null }
    return row.last === null ? 0 : row.last + 1
  })
}

/** The offset of the first fact that each partition of a topic still has; where there is none, its end. */
export function readStarts(database: DatabaseSync, topic: TopicName): number[] {
  const first = database.prepare('SELECT min(offset) AS first FROM facts WHERE topic = ? AND partition = ?')
  return readEnds(database, topic).map((end, partition) => {
    const row = first.get(topicNumber(topic), partition) as { first: number | null }
    return row.first ?? end
  })
}
