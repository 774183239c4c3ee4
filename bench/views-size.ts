import { statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { Redis } from 'ioredis'

type Size = { keys: number; payload: number; memory: number }
type Of = { readonly patients: number; readonly months: number }

/** What views take for each patient-month, by kind of document, in a line for people. */
const told = (sizes: ReadonlyMap<string, Size>, { patients, months }: Of, total: number): string => {
  const each = (bytes: number): string => (bytes / (patients * months)).toFixed(0)
  const kinds = [...sizes]
    .toSorted(([, a], [, b]) => b.memory - a.memory)
    .map(([kind, { keys, payload, memory }]) => `${kind} ${each(memory)} (${each(payload)} in ${keys} keys)`)
  return `${each(total)} bytes a patient-month; ${kinds.join(', ')}`
}

/** `days` of `cufflink:g1:{4}:r:doc:days:bench/p-16:2026-07`, `tally` of `cufflink:g1:{4}:tally:bench/p-16`. */
const kindOf = (key: string): string => key.split(/}:(?:.:(?:doc:)?)?/)[1]?.split(':')[0] ?? key

/** By MEMORY USAGE, with all that Redis keeps of a key. */
export async function sizeInRedis(url: string, of: Of): Promise<string> {
  const redis = new Redis(url)
  const sizes = new Map<string, Size>()
  for await (const keys of redis.scanStream({ count: 1_000 }) as AsyncIterable<string[]>) {
    const reads = redis.pipeline()
    for (const key of keys) reads.memory('USAGE', key).strlen(key)
    const found = (await reads.exec()) ?? []
    for (const [index, key] of keys.entries()) {
      const size = sizes.getOrInsertComputed(kindOf(key), () => ({ keys: 0, payload: 0, memory: 0 }))
      size.keys += 1
      size.memory += Number(found[2 * index]?.[1] ?? 0)
      // Of a hash or a set there is no such length: an error.
      size.payload += Number(found[2 * index + 1]?.[1] ?? 0)
    }
  }
  redis.disconnect()
  const total = [...sizes.values()].reduce((sum, { memory }) => sum + memory, 0)
  return told(sizes, of, total)
}

/** By the size of the file, and of its documents. */
export function sizeInSqlite(path: string, of: Of): string {
  const database = new DatabaseSync(path)
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  const rows = database
    .prepare(
      "SELECT substr(key, 1, instr(key || ':', ':') - 1) AS kind, count(*) AS keys, sum(length(bytes)) AS payload FROM documents GROUP BY 1",
    )
    .all() as { kind: string; keys: number; payload: number }[]
  database.close()
  const sizes = new Map(rows.map(({ kind, keys, payload }) => [kind, { keys, payload, memory: payload }]))
  return told(sizes, of, statSync(path).size)
}
