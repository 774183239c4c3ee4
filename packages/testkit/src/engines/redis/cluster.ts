import { exercised } from '../exercised.ts'
import { openKeeper } from '../keeper.ts'
import type { EngineNode } from '../node.ts'
import { nodeWith } from '../node.ts'
import { freePort } from '../port.ts'
import { versionOf } from '../programs.ts'
import { waitFor } from '../wait.ts'
import { redisNode, withRedis } from './redis.ts'

const SLOTS = 16_384
const host = '127.0.0.1'

export type ClusterNode = EngineNode & { readonly host: string; readonly port: number }
export type StartedRedisCluster = AsyncDisposable & { readonly nodes: readonly ClusterNode[] }
export type RedisClusterOptions = {
  /** More of redis.conf, for every node. */
  readonly config?: Readonly<Record<string, string>>
}

/** Starts a Redis Cluster: three masters without replicas that share the 16,384 slots, on free ports of the loopback. */
export async function startRedisCluster({
  config = {},
}: RedisClusterOptions = {}): Promise<StartedRedisCluster> {
  await using stack = new AsyncDisposableStack()
  const keeper = stack.use(await openKeeper('redis-cluster'))
  const members = await Promise.all(
    [1, 2, 3].map(async () => ({ port: await freePort(), bus: await freePort() })),
  )
  const nodes = members.map(({ port, bus }) => {
    const settings = { port: `${port}`, 'cluster-port': `${bus}`, ...clusterSettings(port), ...config }
    return nodeWith(redisNode(keeper, `redis-${port}`, settings), { host, port })
  })
  await Promise.all(nodes.map((node) => node.start()))
  await shareSlots(members.map(({ port }) => port))
  await meet(members)
  await Promise.all(members.map(({ port }) => untilWhole(port)))
  exercised('Redis Cluster', versionOf('redis-server'))
  const owned = stack.move()
  return { nodes, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

const clusterSettings = (port: number): Record<string, string> => ({
  'cluster-enabled': 'yes',
  'cluster-config-file': `nodes-${port}.conf`,
  'cluster-node-timeout': '5000',
  appendonly: 'yes',
  appendfilename: `redis-${port}.aof`,
  appenddirname: `redis-${port}`,
})

async function shareSlots(ports: readonly number[]): Promise<void> {
  const share = Math.ceil(SLOTS / ports.length)
  await Promise.all(
    ports.map((port, index) =>
      withRedis(port, async (redis) => {
        // Distinct epochs spare the masters the round in which they would settle a tie.
        await redis.call('CLUSTER', 'SET-CONFIG-EPOCH', index + 1)
        const last = Math.min(SLOTS, (index + 1) * share) - 1
        await redis.call('CLUSTER', 'ADDSLOTSRANGE', index * share, last)
      }),
    ),
  )
}

async function meet([first, ...others]: readonly {
  readonly port: number
  readonly bus: number
}[]): Promise<void> {
  if (first === undefined) return
  await withRedis(first.port, async (redis) => {
    for (const { port, bus } of others) await redis.call('CLUSTER', 'MEET', host, port, bus)
  })
}

/** Waits until a node of the cluster sees all slots served and all nodes known. */
async function untilWhole(port: number): Promise<void> {
  const whole = async (): Promise<boolean> => {
    const info = await withRedis(port, (redis) => redis.cluster('INFO'))
    return info.includes('cluster_state:ok') && info.includes('cluster_known_nodes:3')
  }
  await waitFor(whole, { what: `the cluster node ${port} to see the whole cluster` })
}
