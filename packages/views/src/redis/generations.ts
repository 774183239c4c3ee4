import { failure } from '@cufflink/contracts'
import type { ClientContext, Result } from 'ioredis'
import type { Generations } from '../port.ts'
import { nodesOf, type RedisConnection } from './client.ts'
import type { RedisKeys } from './keys.ts'

declare module 'ioredis' {
  interface RedisCommander<Context extends ClientContext> {
    flipGeneration(...args: readonly (string | number)[]): Result<0 | 1, Context>
  }
}

/** How many keys a slice of a removal looks through. */
const SLICE = 1_000

/** Sent again after a lost connection, it finds what it wrote. */
const flipScript = `#!lua
-- KEYS: the number of the live generation. ARGV: the number it must have, and the one it gets. Returns 1 when that one is live, else 0.
local current = redis.call('GET', KEYS[1]) or '1'
if current ~= ARGV[1] and current ~= ARGV[2] then return 0 end
redis.call('SET', KEYS[1], ARGV[2])
return 1
`

export type RedisGenerationsOptions = {
  readonly connection: RedisConnection
  readonly keys: RedisKeys
  readonly partitions: number
}

export function redisGenerations({ connection, keys, partitions }: RedisGenerationsOptions): Generations {
  const { client, attempt } = connection
  client.defineCommand('flipGeneration', { numberOfKeys: 1, lua: flipScript })
  const held = Array.from({ length: partitions }, (_, partition) => keys.held(partition))
  const live = () => attempt(async () => Number((await client.get(keys.generation)) ?? 1))
  return {
    live,
    flip: async (from, to) => (await attempt(() => client.flipGeneration(keys.generation, from, to))) === 1,
    async hold(ms) {
      const set = (key: string) => (ms > 0 ? client.set(key, '1', 'PX', ms) : client.unlink(key))
      await attempt(() => Promise.all(held.map(set)))
    },
    async remove(generation) {
      const pattern = keys.everythingOf(generation)
      for (const node of nodesOf(client)) {
        let cursor = '0'
        do {
          if ((await live()) === generation) throw failure('VIEWS_UNAVAILABLE')
          const [next, names] = await attempt(() => node.scan(cursor, 'MATCH', pattern, 'COUNT', SLICE))
          // Each by itself: they lie in many slots.
          await attempt(() => Promise.all(names.map((name) => client.unlink(name))))
          cursor = next
        } while (cursor !== '0')
      }
    },
  }
}
