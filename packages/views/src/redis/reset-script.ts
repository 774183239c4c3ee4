import { CLINICIAN_PART } from '@cufflink/folds'
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
  KEYS[2]  the partition's marked patients, KEYS[3] its last mark, KEYS[4] its due patients, KEYS[5] the
           states in which they are counted; of a topic's own shard
  ARGV[1]  the watermark that it must have
  ARGV[2]  the pattern of what is forgotten: its documents and sets
  ARGV[3]  what the names of the partition's tallies begin with; of a topic's own shard. Whose tally is forgotten is marked.
  ARGV[4]  the pattern of the practices' counts; of a topic's own shard
  ARGV[5]  what the names of the parts of clinicians' months begin with, ARGV[6] what their keys do; of a topic's own shard. They are marked.

  Returns  nil when forgotten
           the watermark as it is when it is another one: nothing was forgotten
]]
local current = redis.call('GET', KEYS[1]) or '0'
if current ~= ARGV[1] then return current end
local function forget(pattern, told)
  local cursor = '0'
  repeat
    local page = redis.call('SCAN', cursor, 'MATCH', pattern, 'COUNT', 10000)
    cursor = page[1]
    for _, key in ipairs(page[2]) do told(key) end
    for first = 1, #page[2], 1000 do
      redis.call('UNLINK', unpack(page[2], first, math.min(first + 999, #page[2])))
    end
  until cursor == '0'
end
local mark = ARGV[3] and redis.call('INCR', KEYS[3])
local function markBehind(prefix, key, before)
  if prefix and string.sub(key, 1, #prefix) == prefix then
    redis.call('HSET', KEYS[2], before .. string.sub(key, #prefix + 1), mark)
  end
end
forget(ARGV[2], function(key) markBehind(ARGV[5], key, ARGV[6]) end)
if ARGV[3] then
  forget(ARGV[3] .. '*', function(key) markBehind(ARGV[3], key, '') end)
  forget(ARGV[4], function() end)
  redis.call('DEL', KEYS[4], KEYS[5])
end
redis.call('DEL', KEYS[1])
return nil
`

export function resetArguments(keys: RedisKeys, shard: Shard, expected: number): (string | number)[] {
  const { partition, follower } = shard
  const watermark = keys.watermark(shard)
  const contents = keys.contents(shard)
  if (follower !== undefined) return [1, watermark, expected, contents]
  const evaluations = [
    keys.marked(partition),
    keys.marks(partition),
    keys.due(partition),
    keys.counted(partition),
  ]
  const forgotten = [contents, keys.tally(partition, ''), keys.counts(partition, '*')]
  const parts = [keys.document(shard, CLINICIAN_PART), CLINICIAN_PART]
  return [5, watermark, ...evaluations, expected, ...forgotten, ...parts]
}
