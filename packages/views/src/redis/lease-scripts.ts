/*
 * The verbs of leases in Lua, in which Redis does one after the other, on its own clock. A shard has three keys, in its slot:
 *
 *   leases     hash: name → msgpack of epoch, holder, note; of a fresh one also the call that took it and what it was
 *              answered; of a released one the epoch alone. The epoch is text, so that no number is rounded.
 *   ends       sorted set: name → when a lease is up, in ms since 1970
 *   released   sorted set: name → when the epoch of a released one is forgotten, in ms since 1970
 */

/** Whether a renewal holds against what is there, in Lua. A released lease has no holder: its own epoch does not match. */
export const ownEpoch = 'tonumber(epoch) > tonumber(last) or epoch == last and holder == heldBy'

const clock = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)`

/** @param condition in Lua, whether it may be taken, `left` ms before it is up: `true` for any holder */
export const takeScript = (condition: 'true' | 'left <= 0'): string => `#!lua
--[[
  Takes a lease, under an epoch above every one before. Sent again, the same call is answered the same.

  KEYS[1] leases, KEYS[2] ends, KEYS[3] released
  ARGV    name, holder, note, ttl in ms, the call's own id

  Returns { epoch } when there was none
          { epoch, holder, epoch, note, ms left } with the one before
          { nil, holder, epoch, note, ms left } with the one that runs: nothing was written
]]${clock}
local name, holder, note, ttl, call = unpack(ARGV)
local last, heldBy, said, lastCall, answer = '0'
local value = redis.call('HGET', KEYS[1], name)
if value then last, heldBy, said, lastCall, answer = cmsgpack.unpack(value) end
if lastCall == call then return answer end

local left = (redis.call('ZSCORE', KEYS[2], name) or now) - now
if not (${condition}) then return { false, heldBy, last, said, left } end

local epoch = string.format('%.0f', math.max(last + 1, now))
if heldBy then answer = { epoch, heldBy, last, said, left } else answer = { epoch } end
redis.call('HSET', KEYS[1], name, cmsgpack.pack(epoch, holder, note, call, answer))
redis.call('ZADD', KEYS[2], now + ttl, name)
redis.call('ZREM', KEYS[3], name)
return answer
`

/** @param guard when a lease is renewed; anything but `ownEpoch` is a test's mutant */
export const renewScript = (guard: string): string => `#!lua
--[[
  Renews leases, and puts back those that are missing or of an older epoch, which were lost.

  KEYS[1] leases, KEYS[2] ends, KEYS[3] released
  ARGV    ttl in ms, then of each lease name, holder, epoch, note

  Returns the names whose guard does not hold: those are left as they are
]]${clock}
local ends = now + ARGV[1]
local lost = {}

-- In thousands, as unpack takes some 8,000 values at most.
for first = 2, #ARGV, 4000 do
  local afterLast = math.min(first + 4000, #ARGV + 1)
  local names, values, scores, renewed = {}, {}, {}, {}
  for i = first, afterLast - 1, 4 do names[#names + 1] = ARGV[i] end
  local found = redis.call('HMGET', KEYS[1], unpack(names))
  for i = 1, #names do
    local at = first + 4 * (i - 1)
    local name, holder, epoch, note = ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3]
    local last, heldBy = '0'
    if found[i] then last, heldBy = cmsgpack.unpack(found[i]) end
    if ${guard} then
      local n = #renewed
      renewed[n + 1] = name
      values[2 * n + 1], values[2 * n + 2] = name, cmsgpack.pack(epoch, holder, note)
      scores[2 * n + 1], scores[2 * n + 2] = ends, name
    else
      lost[#lost + 1] = name
    end
  end
  if #renewed > 0 then
    redis.call('HSET', KEYS[1], unpack(values))
    redis.call('ZADD', KEYS[2], unpack(scores))
    redis.call('ZREM', KEYS[3], unpack(renewed))
  end
end
return lost
`

export const releaseScript = `#!lua
--[[
  Gives a lease back, and forgets up to ten that were given back long ago, so that they stay bounded.

  KEYS[1] leases, KEYS[2] ends, KEYS[3] released
  ARGV    name, epoch, for how many ms the epoch is kept

  Returns 1, or 0 when it has a newer epoch: nothing was written
]]${clock}
local name, epoch, kept = unpack(ARGV)
local value = redis.call('HGET', KEYS[1], name)
if value and tonumber(epoch) < tonumber((cmsgpack.unpack(value))) then return 0 end
redis.call('HSET', KEYS[1], name, cmsgpack.pack(epoch))
redis.call('ZREM', KEYS[2], name)
redis.call('ZADD', KEYS[3], now + kept, name)

for _, old in ipairs(redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', now, 'LIMIT', 0, 10)) do
  redis.call('HDEL', KEYS[1], old)
  redis.call('ZREM', KEYS[3], old)
end
return 1
`

export const expiredScript = `#!lua flags=no-writes
--[[
  KEYS[1] leases, KEYS[2] ends
  ARGV    how many at most

  Returns { name, holder, epoch, note, ms left } of each that is up, the first to end first
]]${clock}
local found = {}
local up = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now, 'WITHSCORES', 'LIMIT', 0, ARGV[1])
for i = 1, #up, 2 do
  local epoch, holder, note = cmsgpack.unpack(redis.call('HGET', KEYS[1], up[i]))
  found[#found + 1] = { up[i], holder, epoch, note, up[i + 1] - now }
end
return found
`

export const findScript = `#!lua flags=no-writes
--[[
  KEYS[1] leases, KEYS[2] ends
  ARGV    name

  Returns { holder, epoch, note, ms left }, or nil when there is none or it was released
]]${clock}
local value = redis.call('HGET', KEYS[1], ARGV[1])
if not value then return nil end
local epoch, holder, note = cmsgpack.unpack(value)
return holder and { holder, epoch, note, (redis.call('ZSCORE', KEYS[2], ARGV[1]) or now) - now }
`
