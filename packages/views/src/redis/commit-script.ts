import type { ClientContext, Result } from 'ioredis'
import type { Commit, Shard } from '../port.ts'
import { BEHIND, lateBy, markedBy } from '../shards.ts'
import type { RedisKeys } from './keys.ts'

declare module 'ioredis' {
  interface RedisCommander<Context extends ClientContext> {
    /** @returns `null` when committed, `held`, else the watermark as it is. */
    commitShard(args: readonly CommitArgument[]): Result<string | null, Context>
  }
}

type CommitArgument = string | number | Buffer

/** Design rule 3, in Lua, over the watermark's texts: compared as they stand, so that no number is rounded. */
export const compareAndSet = 'current == expected'

/**
 * The commit of a batch, whole or not at all. Redis runs a script without a break, and with `#!lua` refuses it before its
 * first command when the memory is full, so that it never stops half-way.
 * @param guard the condition under which the batch is written; anything but `compareAndSet` is a test's mutant.
 */
export const commitScript = (guard: string): string => `#!lua
--[[
  Writes the documents folded from a batch of facts, and the watermark after it.

  KEYS[1]   the shard's watermark
  KEYS[2]   the partition's marked patients and clinicians' months
  KEYS[3]   the partition's last mark
  KEYS[4]   what holds the partition's commits back
  KEYS[5]   the partition's late marks
  KEYS[6..] the documents, then the sets, then the channels; all in the shard's slot
  ARGV[1]   the watermark the batch was folded from
  ARGV[2]   the watermark after it
  ARGV[3]   number of documents
  ARGV[4]   number of sets
  ARGV[5]   number of names to mark
  ARGV[6]   number of late marks
  ARGV[7..] each document's bytes, then for each set the number of members and the members, then each channel's message, then the names
            to mark, then the late marks

  Returns   nil when written
            'held' while commits are held back: nothing was written
            the watermark as it is when the guard does not hold: nothing was written
]]
if redis.call('EXISTS', KEYS[4]) == 1 then return 'held' end
local expected, next = ARGV[1], ARGV[2]
local documents, sets, marks, late = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local current = redis.call('GET', KEYS[1]) or '0'
if not (${guard}) then return current end

-- In thousands, as unpack takes some 8,000 values at most. MSET takes 2/3 of the time of a SET each.
for first = 1, documents, 1000 do
  local pairs, n = {}, 0
  for i = first, math.min(first + 999, documents) do
    pairs[n + 1], pairs[n + 2] = KEYS[5 + i], ARGV[6 + i]
    n = n + 2
  end
  redis.call('MSET', unpack(pairs, 1, n))
end

local at = 7 + documents
for i = 1, sets do
  local key, last = KEYS[5 + documents + i], at + tonumber(ARGV[at])
  for first = at + 1, last, 1000 do
    redis.call('SADD', key, unpack(ARGV, first, math.min(first + 999, last)))
  end
  at = last + 1
end

if next ~= current then redis.call('SET', KEYS[1], next) end

for i = 6 + documents + sets, #KEYS do
  redis.call('SPUBLISH', KEYS[i], ARGV[at])
  at = at + 1
end

if marks + late > 0 then
  local mark = redis.call('INCR', KEYS[3])
  for i = at, at + marks - 1 do redis.call('HSET', KEYS[2], ARGV[i], mark) end
  for i = at + marks, at + marks + late - 1 do ${raiseLate('KEYS[5]', 'ARGV[i]')} end
end
return nil
`

/** Raises a late mark to the number in `mark`. */
export function raiseLate(key: string, name: string): string {
  return `redis.call('ZADD', ${key}, string.sub(${name}, -4) == '/all' and mark - ${BEHIND} or mark, ${name})`
}

/** The number of keys, the keys and the arguments of the script, in the order of its header. */
export function commitArguments(keys: RedisKeys, shard: Shard, commit: Commit): CommitArgument[] {
  const { expected, next, documents, members, changed } = commit
  const sets = [...Map.groupBy(members, ({ set }) => set)]
  const marked = markedBy(shard, commit)
  const late = lateBy(shard, commit)
  return [
    5 + documents.length + sets.length + changed.size,
    keys.watermark(shard),
    keys.marked(shard.partition),
    keys.marks(shard.partition),
    keys.held(shard.partition),
    keys.late(shard.partition),
    ...documents.map(({ key }) => keys.document(shard, key)),
    ...sets.map(([set]) => keys.set(shard, set)),
    ...[...changed.keys()].map((tenant) => keys.channel(shard, tenant)),
    expected,
    next,
    documents.length,
    sets.length,
    marked.length,
    late.length,
    ...documents.map(({ bytes }) => bufferOf(bytes)),
    ...sets.flatMap(([, added]) => [added.length, ...added.map(({ member }) => member)]),
    ...[...changed.values()].map((patients) => JSON.stringify([...patients])),
    ...marked,
    ...late,
  ]
}

/** The driver takes the bytes of a Buffer, and the text of any other array. */
const bufferOf = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
