import { Redis } from 'ioredis'
import { exercised } from '../exercised.ts'
import type { Keeper } from '../keeper.ts'
import { openKeeper } from '../keeper.ts'
import type { EngineNode } from '../node.ts'
import { engineNode, nodeWith } from '../node.ts'
import { freePort } from '../port.ts'
import { versionOf } from '../programs.ts'

export type RedisOptions = {
  /** Whether commands are written to the append-only file; no unless told. */
  readonly appendOnly?: boolean
  /** The data folder, kept in the end. Without it a temporary one. */
  readonly dir?: string
  /** More of redis.conf: `{ appendfsync: 'always' }`. */
  readonly config?: Readonly<Record<string, string>>
}

export type StartedRedis = EngineNode &
  AsyncDisposable & { readonly url: string; readonly port: number; readonly dir: string }

/** Starts a Redis on a free port of the loopback. Snapshots are off; `appendOnly` decides what outlives a kill. */
export async function startRedis({
  appendOnly = false,
  dir,
  config = {},
}: RedisOptions = {}): Promise<StartedRedis> {
  await using stack = new AsyncDisposableStack()
  const keeper = stack.use(await openKeeper('redis', dir))
  const port = await freePort()
  const node = redisNode(keeper, 'redis', {
    port: `${port}`,
    appendonly: appendOnly ? 'yes' : 'no',
    ...config,
  })
  await node.start()
  if (dir !== undefined) stack.defer(async () => void (await node.stop()))
  exercised('Redis', versionOf('redis-server'))
  const owned = stack.move()
  return nodeWith(node, {
    url: `redis://127.0.0.1:${port}`,
    port,
    dir: keeper.dir,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  })
}

/** A Redis process that is not started yet; `config` has at least its port. */
export function redisNode(
  keeper: Keeper,
  name: string,
  config: Readonly<Record<string, string>>,
): EngineNode {
  const all = { bind: '127.0.0.1', dir: keeper.dir, save: '', loglevel: 'warning', ...config }
  return engineNode(keeper, {
    name,
    command: 'redis-server',
    args: Object.entries(all).flatMap(([setting, value]) => [`--${setting}`, value]),
    ready: () => withRedis(Number(config.port), async (redis) => (await redis.ping()) === 'PONG'),
  })
}

/** Asks a Redis of the loopback one thing, on a connection of its own that does not try again. */
export async function withRedis<Answer>(
  port: number,
  ask: (redis: Redis) => Promise<Answer>,
): Promise<Answer> {
  const redis = new Redis({
    host: '127.0.0.1',
    port,
    lazyConnect: true,
    retryStrategy: () => null,
    connectTimeout: 1000,
  })
  redis.on('error', () => undefined) // the failure comes back through `ask` or `connect`
  try {
    await redis.connect()
    return await ask(redis)
  } finally {
    redis.disconnect()
  }
}
