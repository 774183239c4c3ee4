import { failure, type TopicName } from '@cufflink/contracts'
import type { Shard } from './port.ts'

/** One letter per topic: it is in every key of Redis. Appended to, never changed. */
const letters = {
  readings: 'r',
  activity: 'a',
  registry: 'g',
  unassigned: 'u',
  rejected: 'x',
} as const satisfies Record<TopicName, string>

/** What all keys of a shard share: `r:17`. */
export const tagOf = ({ topic, partition }: Shard): string => `${letters[topic]}:${partition}`

export type RedisKeys = ReturnType<typeof redisKeys>

/**
 * Names in Redis: `cufflink:g1:{r:17}:doc:days:riverside/p-0042:2026-10`. What stands in the braces is the hash tag: the
 * keys and channels of a shard lie in one slot of a Redis Cluster, so that one script reaches them and they fail over together.
 * @throws {CufflinkError} CONFIG_INVALID when the prefix holds a brace, which would be taken for the hash tag.
 */
export function redisKeys({ prefix, generation }: { prefix: string; generation: number }) {
  if (/[{}]/.test(prefix))
    throw failure('CONFIG_INVALID', { detail: 'The prefix of Redis keys must not hold a brace.' })
  const of = (shard: Shard): string => `${prefix}g${generation}:{${tagOf(shard)}}:`
  return {
    watermark: (shard: Shard): string => `${of(shard)}watermark`,
    document: (shard: Shard, key: string): string => `${of(shard)}doc:${key}`,
    set: (shard: Shard, set: string): string => `${of(shard)}set:${set}`,
    /** The sharded channel that tells of a practice's changes. */
    channel: (shard: Shard, tenant: string): string => `${of(shard)}changed:${tenant}`,
    /** A channel of the shard that nobody speaks on. */
    silence: (shard: Shard): string => `${of(shard)}silence`,
  }
}
