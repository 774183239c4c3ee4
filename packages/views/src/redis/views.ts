import { failure } from '@cufflink/contracts'
import type { CommitOutcome, Shard, Views } from '../port.ts'
import { followChanges } from './changes.ts'
import { connectRedis, nodesOf, type RedisAddress } from './client.ts'
import { commitArguments, commitScript, compareAndSet } from './commit-script.ts'
import { redisEvaluations } from './evaluations.ts'
import { redisGenerations } from './generations.ts'
import { redisKeys } from './keys.ts'
import { ownEpoch } from './lease-scripts.ts'
import { redisLeases } from './leases.ts'
import { resetArguments, resetScript } from './reset-script.ts'

export type RedisViewsOptions = RedisAddress & {
  /** Partitions of each of the ledger's topics. */
  readonly partitions: number
  /** What all names in Redis begin with; `cufflink:` unless told. */
  readonly prefix?: string
  /** The generation that all calls go to, live or not; 1 unless told. */
  readonly generation?: number
}

/**
 * The views in Redis (7.0 or later) or a Redis Cluster. It opens while Redis is away too; calls then reject with
 * VIEWS_UNAVAILABLE after 2 s at most, until it is back.
 *
 * A commit that rejects is ambiguous: it may have been written. Its caller asks for the watermark and goes on from
 * there, or makes it again: a commit that is sent twice is answered with a mismatch and its own watermark.
 * @throws {CufflinkError} CONFIG_INVALID
 */
export const openRedisViews = (options: RedisViewsOptions): Promise<Views> =>
  openGuardedRedisViews(options, compareAndSet)

/** As `openRedisViews`, with the guards of a test's mutant. */
export async function openGuardedRedisViews(
  options: RedisViewsOptions,
  guard: string,
  renewGuard = ownEpoch,
): Promise<Views> {
  const { partitions, prefix = 'cufflink:', generation = 1 } = options
  const keys = redisKeys({ prefix, generation })
  const connection = await connectRedis(options)
  const { client, attempt } = connection
  client.defineCommand('commitShard', { lua: commitScript(guard) })
  client.defineCommand('resetShard', { lua: resetScript })
  const numbers = Array.from({ length: partitions }, (_, partition) => partition)
  const shards: readonly Shard[] = numbers.flatMap((partition) => [
    { topic: 'readings', partition },
    { topic: 'activity', partition },
  ])
  const silences = shards.map(keys.silence)
  const channelsOf = (tenant: string): string[] => shards.map((shard) => keys.channel(shard, tenant))
  const changes = followChanges({ connection, silences, channelsOf })
  const tallied = followChanges({
    connection,
    silences,
    channelsOf: (tenant) => numbers.map((partition) => keys.tallied(partition, tenant)),
  })

  return {
    get engine() {
      return connection.engine
    },
    generation,
    watermark: (shard) => attempt(async () => Number((await client.get(keys.watermark(shard))) ?? 0)),
    async load(shard, wanted) {
      if (wanted.length === 0) return []
      const names = wanted.map((key) => keys.document(shard, key))
      const found = await attempt(() => client.mgetBuffer(names))
      return found.map((bytes) => bytes ?? undefined)
    },
    async commit(shard, batch) {
      const current = await attempt(() => client.commitShard(commitArguments(keys, shard, batch)))
      if (current === 'held') throw failure('VIEWS_UNAVAILABLE')
      return outcomeOf(current)
    },
    async reset(shard, expected) {
      return outcomeOf(await attempt(() => client.resetShard(...resetArguments(keys, shard, expected))))
    },
    members: (shard, set) => attempt(() => client.smembers(keys.set(shard, set))),
    watch: changes.watch,
    evaluations: redisEvaluations({ connection, keys, watch: tallied.watch }),
    leases: redisLeases({ connection, keys, renewGuard }),
    generations: redisGenerations({ connection, keys, partitions }),
    ping: () => attempt(async () => void (await Promise.all(nodesOf(client).map((node) => node.ping())))),
    async close() {
      changes.close()
      tallied.close()
      await connection.close()
    },
  }
}

/** What a script answered: nothing, or the watermark as it is. */
const outcomeOf = (current: string | null): CommitOutcome =>
  current === null ? { outcome: 'committed' } : { outcome: 'mismatch', watermark: Number(current) }
