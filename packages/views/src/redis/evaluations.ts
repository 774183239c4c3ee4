import { patientKey } from '@cufflink/contracts'
import type { ClientContext, Result } from 'ioredis'
import type { Evaluated, Evaluations } from '../port.ts'
import type { RedisConnection } from './client.ts'
import { raiseLate } from './commit-script.ts'
import type { RedisKeys } from './keys.ts'

declare module 'ioredis' {
  interface RedisCommander<Context extends ClientContext> {
    /** @returns 1 when written, 0 when a later one is there. */
    concludeEvaluation(...args: readonly (string | number)[]): Result<number, Context>
    markPatients(...args: readonly (string | number)[]): Result<null, Context>
    unmarkPatients(...args: readonly (string | number)[]): Result<null, Context>
    raiseLateMarks(...args: readonly (string | number)[]): Result<null, Context>
    removeLateMarks(...args: readonly (string | number)[]): Result<null, Context>
    /** @returns 1 when written, 0 when another revision is there. */
    replaceTally(...args: readonly (string | number)[]): Result<number, Context>
  }
}

/**
 * A tally says of which watermarks it is; none is written over a later one, as by a tracker whose partition was taken from it, and none of
 * watermarks that are no more, as when a shard was reset meanwhile.
 */
const concludeScript = `#!lua
--[[
  KEYS[1]  the patient's tally
  KEYS[2]  the partition's marked patients
  KEYS[3]  the partition's due patients
  KEYS[4]  the practice's channel
  KEYS[5]  the watermark of readings, KEYS[6] of activity
  KEYS[7]  the states in which the partition's patients are counted
  KEYS[8]  the practice's counts
  KEYS[9]  the partition's late marks, KEYS[10] its last mark
  ARGV[1]  the patient
  ARGV[2]  the mark that was read
  ARGV[3]  the watermark of readings, ARGV[4] of activity
  ARGV[5]  when the patient is due next, ms; empty for never
  ARGV[6]  the channel's message
  ARGV[7]  the states in which the patient is counted now
  ARGV[8]  number of late marks
  ARGV[9..] the late marks, then the tally's fields and values

  Returns  1 when written, 0 when the tally that is there is of later watermarks, or the shards are of earlier ones
]]
local function watermark(key) return tonumber(redis.call('GET', key) or '0') end
if watermark(KEYS[5]) < tonumber(ARGV[3]) or watermark(KEYS[6]) < tonumber(ARGV[4]) then return 0 end
local held = redis.call('HMGET', KEYS[1], 'asOfReadings', 'asOfActivity')
if (tonumber(held[1]) or 0) > tonumber(ARGV[3]) or (tonumber(held[2]) or 0) > tonumber(ARGV[4]) then return 0 end
redis.call('DEL', KEYS[1])
local late = tonumber(ARGV[8])
if #ARGV > 8 + late then redis.call('HSET', KEYS[1], unpack(ARGV, 9 + late)) end
if late > 0 then
  local mark = redis.call('INCR', KEYS[10])
  for i = 9, 8 + late do ${raiseLate('KEYS[9]', 'ARGV[i]')} end
end
local function count(states, by)
  for state in string.gmatch(states, '%S+') do
    if redis.call('HINCRBY', KEYS[8], state, by) == 0 then redis.call('HDEL', KEYS[8], state) end
  end
end
count(redis.call('HGET', KEYS[7], ARGV[1]) or '', -1)
count(ARGV[7], 1)
if ARGV[7] == '' then redis.call('HDEL', KEYS[7], ARGV[1]) else redis.call('HSET', KEYS[7], ARGV[1], ARGV[7]) end
if ARGV[5] == '' then redis.call('ZREM', KEYS[3], ARGV[1]) else redis.call('ZADD', KEYS[3], ARGV[5], ARGV[1]) end
if redis.call('HGET', KEYS[2], ARGV[1]) == ARGV[2] then redis.call('HDEL', KEYS[2], ARGV[1]) end
redis.call('SPUBLISH', KEYS[4], ARGV[6])
return 1
`

const markScript = `#!lua
-- KEYS: the partition's marked patients, its last mark. ARGV: patients.
local mark = redis.call('INCR', KEYS[2])
for i = 1, #ARGV do redis.call('HSET', KEYS[1], ARGV[i], mark) end
return nil
`

const unmarkScript = `#!lua
-- KEYS: the partition's marked patients. ARGV: each name, and the mark that it must have.
for i = 1, #ARGV, 2 do
  if redis.call('HGET', KEYS[1], ARGV[i]) == ARGV[i + 1] then redis.call('HDEL', KEYS[1], ARGV[i]) end
end
return nil
`

const markLateScript = `#!lua
-- KEYS: the partition's late marks, its last mark. ARGV: names.
local mark = redis.call('INCR', KEYS[2])
for i = 1, #ARGV do ${raiseLate('KEYS[1]', 'ARGV[i]')} end
return nil
`

const unmarkLateScript = `#!lua
-- KEYS: the partition's late marks. ARGV: each name, and the mark that it must have.
for i = 1, #ARGV, 2 do
  if tonumber(redis.call('ZSCORE', KEYS[1], ARGV[i]) or '') == tonumber(ARGV[i + 1]) then redis.call('ZREM', KEYS[1], ARGV[i]) end
end
return nil
`

const replaceScript = `#!lua
-- KEYS: a tally. ARGV: the revision that it must have, empty without one; the fields and values in its place. Returns 1 when written.
if (redis.call('HGET', KEYS[1], 'revision') or '') ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1])
if #ARGV > 1 then redis.call('HSET', KEYS[1], unpack(ARGV, 2)) end
return 1
`

export type RedisEvaluationsOptions = {
  readonly connection: RedisConnection
  readonly keys: RedisKeys
  readonly watch: Evaluations['watch']
}

export function redisEvaluations({ connection, keys, watch }: RedisEvaluationsOptions): Evaluations {
  const { client, attempt } = connection
  client.defineCommand('concludeEvaluation', { lua: concludeScript })
  client.defineCommand('markPatients', { lua: markScript })
  client.defineCommand('unmarkPatients', { lua: unmarkScript })
  client.defineCommand('raiseLateMarks', { lua: markLateScript })
  client.defineCommand('removeLateMarks', { lua: unmarkLateScript })
  client.defineCommand('replaceTally', { lua: replaceScript })
  return {
    async marked(partition) {
      const found = await attempt(() => client.hgetall(keys.marked(partition)))
      return new Map(Object.entries(found).map(([patient, mark]) => [patient, Number(mark)]))
    },
    async marksOf(partition, patients) {
      if (patients.length === 0) return []
      const found = await attempt(() => client.hmget(keys.marked(partition), ...patients))
      return found.map(Number)
    },
    async mark(partition, patients) {
      if (patients.length === 0) return
      await attempt(() => client.markPatients(2, keys.marked(partition), keys.marks(partition), ...patients))
    },
    async unmark(partition, marks) {
      if (marks.size > 0)
        await attempt(() => client.unmarkPatients(1, keys.marked(partition), ...[...marks].flat()))
    },
    async late(partition, from, count) {
      const found = await attempt(() =>
        client.zrevrange(keys.late(partition), from, from + count - 1, 'WITHSCORES'),
      )
      const names = found.filter((_, index) => index % 2 === 0)
      return new Map(names.map((name, index) => [name, Number(found[2 * index + 1])]))
    },
    async markLate(partition, names) {
      if (names.length === 0) return
      await attempt(() => client.raiseLateMarks(2, keys.late(partition), keys.marks(partition), ...names))
    },
    async unmarkLate(partition, marks) {
      if (marks.size > 0)
        await attempt(() => client.removeLateMarks(1, keys.late(partition), ...[...marks].flat()))
    },
    due: (partition, until, count) =>
      attempt(() => client.zrange(keys.due(partition), '-inf', String(until), 'BYSCORE', 'LIMIT', 0, count)),
    async conclude(partition, evaluated) {
      const written = await attempt(() =>
        client.concludeEvaluation(...argumentsOf(keys, partition, evaluated)),
      )
      return written === 1 ? 'written' : 'older'
    },
    async replace(partition, name, { revision, tally }) {
      const fields = Object.entries(tally).flat()
      const written = await attempt(() =>
        client.replaceTally(1, keys.tally(partition, name), revision, ...fields),
      )
      return written === 1 ? 'written' : 'other'
    },
    tallies: (partition, patients) =>
      attempt(() => Promise.all(patients.map((patient) => client.hgetall(keys.tally(partition, patient))))),
    async counts(partition, tenant) {
      const found = await attempt(() => client.hgetall(keys.counts(partition, tenant)))
      return Object.fromEntries(Object.entries(found).map(([state, patients]) => [state, Number(patients)]))
    },
    watch,
  }
}

function argumentsOf(keys: RedisKeys, partition: number, evaluated: Evaluated): (string | number)[] {
  const { tenant, patient, mark, asOf, due, tally, states, late = [] } = evaluated
  const name = patientKey(tenant, patient)
  const message = JSON.stringify([patient])
  return [
    10,
    keys.tally(partition, name),
    keys.marked(partition),
    keys.due(partition),
    keys.tallied(partition, tenant),
    keys.watermark({ topic: 'readings', partition }),
    keys.watermark({ topic: 'activity', partition }),
    keys.counted(partition),
    keys.counts(partition, tenant),
    keys.late(partition),
    keys.marks(partition),
    name,
    mark,
    asOf.readings,
    asOf.activity,
    due ?? '',
    message,
    states.join(' '),
    late.length,
    ...late,
    ...Object.entries(tally).flat(),
  ]
}
