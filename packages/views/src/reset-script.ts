import type { ClientContext, Result } from 'ioredis'
import type { RedisKeys } from './keys.ts'
import type { Shard } from './port.ts'

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
  ARGV[1]  the watermark that it must have
  ARGV[2]  the pattern of its documents and sets

  Returns  nil when forgotten
           the watermark as it is when it is another one: nothing was forgotten
]]
local current = redis.call('GET', KEYS[1]) or '0'
if current ~= ARGV[1] then return current end
local cursor = '0'
repeat
  local page = redis.call('SCAN', cursor, 'MATCH', ARGV[2], 'COUNT', 10000)
  cursor = page[1]
  for first = 1, #page[2], 1000 do
    redis.call('UNLINK', unpack(page[2], first, math.min(first + 999, #page[2])))
  end
until cursor == '0'
redis.call('DEL', KEYS[1])
return nil
`

export const resetArguments = (keys: RedisKeys, shard: Shard, expected: number): (string | number)[] => [
  1,
  keys.watermark(shard),
  expected,
  keys.contents(shard),
]
