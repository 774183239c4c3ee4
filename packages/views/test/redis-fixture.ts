import { randomUUID } from 'node:crypto'
import type { Cluster, Redis } from 'ioredis'
import type { Views } from '../src/port.ts'
import { connectRedis, nodesOf, type RedisAddress } from '../src/redis/client.ts'
import { openRedisViews, type RedisViewsOptions } from '../src/redis/views.ts'
import type { OpenedViews } from './conformance/index.ts'

const partitions = 8

/** The mutant of the compare-and-set that once lost facts: see design rule 3. */
export const offsetGuard = 'tonumber(next) > tonumber(current)'

/** Views under a prefix of their own, which is emptied in the end: the engine may be shared. */
export async function openedOn(
  address: RedisAddress,
  open: (options: RedisViewsOptions) => Promise<Views> = openRedisViews,
): Promise<OpenedViews> {
  const prefix = `test-${randomUUID()}:`
  const owned = new AsyncDisposableStack()
  const direct = owned.adopt(await connectRedis(address), (connection) => connection.close())
  owned.defer(() => removeAll(direct.client, prefix))
  const another = async (generation = 1): Promise<Views> =>
    owned.adopt(await open({ ...address, partitions, prefix, generation }), (views) => views.close())
  const views = await another()
  return {
    views,
    beside: another,
    generation: another,
    async lose() {
      await removeAll(direct.client, prefix)
      return views
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

async function removeAll(client: Redis | Cluster, prefix: string): Promise<void> {
  for (const node of nodesOf(client)) {
    const names = await node.keys(`${prefix}*`)
    await Promise.all(names.map((name) => client.unlink(name)))
  }
}

/** The deadline of a call is 2 s; half a second more leaves no doubt which of two timers is due first. */
const GIVES_UP_WITHIN_MS = 2_500

/**
 * What a call on a lost Redis comes to, which it does within its deadline. That is measured by a timer beside the call's own: in one
 * process timers come in the order in which they are due, and a busy machine makes both late alike.
 */
export async function inTime<Value>(call: () => Promise<Value>): Promise<Value> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(
    () => late.reject(new Error(`no answer ${GIVES_UP_WITHIN_MS} ms after a call on a lost Redis`)),
    GIVES_UP_WITHIN_MS,
  )
  return Promise.race([call(), late.promise]).finally(() => clearTimeout(timer))
}

/** Back so soon, Redis answers a call within its deadline: the driver tries to connect at least once a second. */
const BACK_IN_TIME_MS = 500

/**
 * What a call comes to that was under way while Redis was away. A busy machine starts Redis so late that the call is given up, as it is to be.
 * @returns undefined of one that was given up: no one knows whether it was carried out
 */
export async function answeredAfter<Value>(
  absence: () => Promise<unknown>,
  call: () => Promise<Value>,
): Promise<Value | undefined> {
  const answer = Promise.allSettled([call()])
  const since = performance.now()
  await absence()
  const awayMs = performance.now() - since
  const [outcome] = await answer
  if (outcome.status === 'fulfilled') return outcome.value
  if (awayMs < BACK_IN_TIME_MS) throw outcome.reason
  return undefined
}
