import { failure } from '@cufflink/contracts'
import type { Shard } from '../port.ts'
import { letters, partitionTag, tagOf } from '../shards.ts'

export type RedisKeys = ReturnType<typeof redisKeys>

/**
 * Names in Redis: `cufflink:g1:{17}:r:doc:days:riverside/p-0042:2026-10`. What stands in the braces is the hash tag: a patient has the same
 * partition of each topic, and its keys and channels, of all topics and followers, lie in one slot of a Redis Cluster, so that one script
 * reaches them and they fail over together. Leases are not rebuilt, so they have no generation: `cufflink:{17}:a:leases`.
 * @throws {CufflinkError} CONFIG_INVALID when the prefix holds a brace, which would be taken for the hash tag.
 */
export function redisKeys({ prefix, generation }: { prefix: string; generation: number }) {
  if (/[{}]/.test(prefix))
    throw failure('CONFIG_INVALID', { detail: 'The prefix of Redis keys must not hold a brace.' })
  const tagged = (shard: Shard): string => {
    const own = tagOf(shard).slice(partitionTag(shard).length)
    return `{${shard.partition}}:${letters[shard.topic]}:${own && `follower${own}:`}`
  }
  const of = (shard: Shard): string => `${prefix}g${generation}:${tagged(shard)}`
  const ofPartition = (partition: number): string => `${prefix}g${generation}:{${partition}}:`
  return {
    /** The number of the generation that is live: the only key that has neither a generation nor a partition. */
    generation: `${prefix}generation`,
    /** The pattern of everything in a generation. */
    everythingOf: (which: number): string => `${prefix}g${which}:*`,
    /** While it is there nothing is committed to the partition. */
    held: (partition: number): string => `${ofPartition(partition)}held`,
    watermark: (shard: Shard): string => `${of(shard)}watermark`,
    document: (shard: Shard, key: string): string => `${of(shard)}doc:${key}`,
    set: (shard: Shard, set: string): string => `${of(shard)}set:${set}`,
    /** Patients and clinicians' months that are to be evaluated: a hash, by name the last mark. */
    marked: (partition: number): string => `${ofPartition(partition)}marked`,
    /** What is to be compared with locked lines: a sorted set, by name the last mark, and those of `all` 2^50 before it. */
    late: (partition: number): string => `${ofPartition(partition)}late`,
    /** The last mark that was given. */
    marks: (partition: number): string => `${ofPartition(partition)}marks`,
    /** Patients by the instant at which they are to be evaluated though nothing came in: a sorted set, ms. */
    due: (partition: number): string => `${ofPartition(partition)}due`,
    /** The tally of a patient or of a clinician's month: a hash, described in docs/tallies.md. */
    tally: (partition: number, name: string): string => `${ofPartition(partition)}tally:${name}`,
    /** How many of a practice's patients of a partition are in each state: a hash, described in docs/tallies.md. */
    counts: (partition: number, tenant: string): string => `${ofPartition(partition)}counts:${tenant}`,
    /** The states in which each patient is counted there: a hash, by `tenant/patient` words. */
    counted: (partition: number): string => `${ofPartition(partition)}counted`,
    /** The sharded channel that tells of a practice's new tallies. */
    tallied: (partition: number, tenant: string): string => `${ofPartition(partition)}tallied:${tenant}`,
    /** The pattern of a shard's documents (`doc:`) and sets (`set:`), without those of its other followers. */
    contents: (shard: Shard): string => `${of(shard)}[ds]*`,
    /** The sharded channel that tells of a practice's changes; of the partition, no matter which follower changed them. */
    channel: ({ topic, partition }: Shard, tenant: string): string =>
      `${of({ topic, partition })}changed:${tenant}`,
    /** A channel of the shard that no one speaks on. */
    silence: (shard: Shard): string => `${of(shard)}silence`,
    leases: (shard: Shard): string => `${prefix}${tagged(shard)}leases`,
    leaseEnds: (shard: Shard): string => `${prefix}${tagged(shard)}lease-ends`,
    leasesReleased: (shard: Shard): string => `${prefix}${tagged(shard)}leases-released`,
  }
}
