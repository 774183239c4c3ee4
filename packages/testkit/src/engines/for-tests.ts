import { Redis } from 'ioredis'
import { exercised } from './exercised.ts'
import { startKafka } from './kafka/kafka.ts'
import { startMosquitto } from './mosquitto/mosquitto.ts'
import { startRedisCluster } from './redis/cluster.ts'
import { startRedis } from './redis/redis.ts'

// Each takes the engine that the environment names, and else starts its own. The test runner starts one of each and
// names it, so an engine may be shared with another test file: topics, groups and tenants take names of their own, and
// a test that wants to kill an engine starts one.

const shared = { [Symbol.asyncDispose]: async (): Promise<void> => undefined }
const someoneElses = 'named by the environment'

const named = (variable: string): string | undefined => process.env[variable] || undefined
const list = (text: string): string[] => text.split(',').map((each) => each.trim())

/** A Kafka for this test file: that of CUFFLINK_TEST_KAFKA (`host:port,host:port`), else its own of one node. */
export async function kafkaForTests(): Promise<AsyncDisposable & { readonly brokers: readonly string[] }> {
  const there = named('CUFFLINK_TEST_KAFKA')
  if (there === undefined) return startKafka()
  exercised('Kafka', someoneElses)
  return { ...shared, brokers: list(there) }
}

/**
 * A Redis for this test file: that of CUFFLINK_TEST_REDIS (`redis://host:port`), in a numbered database no other call was
 * given, else its own. Channels are not of a database: they are shared.
 */
export async function redisForTests(): Promise<AsyncDisposable & { readonly url: string }> {
  const there = named('CUFFLINK_TEST_REDIS')
  if (there === undefined) return startRedis()
  exercised('Redis', someoneElses)
  return { ...shared, url: await ownDatabase(there) }
}

/** The nodes of a Redis Cluster: those of CUFFLINK_TEST_REDIS_CLUSTER (`host:port,…`), else its own three masters. */
export async function redisClusterForTests(): Promise<
  AsyncDisposable & { readonly nodes: readonly { readonly host: string; readonly port: number }[] }
> {
  const there = named('CUFFLINK_TEST_REDIS_CLUSTER')
  if (there === undefined) return startRedisCluster()
  exercised('Redis Cluster', someoneElses)
  const nodes = list(there).map((each) => new URL(`redis://${each}`))
  return { ...shared, nodes: nodes.map(({ hostname, port }) => ({ host: hostname, port: Number(port) })) }
}

/** A broker for this test file: that of CUFFLINK_TEST_MOSQUITTO (`mqtt://host:port`), else its own. */
export async function mosquittoForTests(): Promise<AsyncDisposable & { readonly url: string }> {
  const there = named('CUFFLINK_TEST_MOSQUITTO')
  if (there === undefined) return startMosquitto()
  exercised('Mosquitto', someoneElses)
  return { ...shared, url: there }
}

async function ownDatabase(url: string): Promise<string> {
  const redis = new Redis(url, { maxRetriesPerRequest: 1 })
  try {
    const [, databases = '1'] = await redis.config('GET', 'databases')
    const others = Number(databases) - 1
    const number = others > 0 ? 1 + ((await redis.incr('cufflink:databases-given')) % others) : 0
    const own = new URL(url)
    own.pathname = `/${number}`
    return own.href
  } finally {
    redis.disconnect()
  }
}
