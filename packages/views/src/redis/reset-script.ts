import type { ClientContext, Result } from 'ioredis'
import type { Shard } from '../port.ts'
import type { RedisKeys } from './keys.ts'

declare module 'ioredis' {
  interface RedisCommander<Context extends ClientContext> {
    /** @returns `null` when forgotten, else the watermark as it is. */
    resetShard(...args: readonly (string | number)[]): Result<string | null, Context>
  }
}

/**
 * Forgets a shard, whole. It looks through every key of its server, and Redis does nothing else meanwhile: it is for a ledger that was exchanged, not for every day.
 */
export const resetScript = `#!lua
--[[
  KEYS[1]  the shard's watermark
  KEYS[2]  the partition's due patients
  ARGV[1]   the watermark that it must have
  ARGV[2..] the patterns of what is forgotten: its documents and sets, and the partition's tallies

  Returns  nil when forgotten
           the watermark as it is when it is another one: nothing was forgotten
]]
local current = redis.call('GET', KEYS[1]) or '0'
if current ~= ARGV[1] then return current end
for i = 2, #ARGV do
  local cursor = '0'
  repeat
    local page = redis.call('SCAN', cursor, 'MATCH', ARGV[i], 'COUNT', 10000)
    cursor = page[1]
    for first = 1, #page[2], 1000 do
      redis.call('UNLINK', unpack(page[2], first, math.min(first + 999, #page[2])))
    end
  until cursor == '0'
end
redis.call('DEL', unpack(KEYS))
return nil
`

export function resetArguments(keys: RedisKeys, shard: Shard, expected: number): (string | number)[] {
  const { partition, follower } = shard
  const own = [keys.watermark(shard)]
  if (follower !== undefined) return [1, ...own, expected, keys.contents(shard)]
  return [2, ...own, keys.due(partition), expected, keys.contents(shard), keys.tallies(partition)]
}
