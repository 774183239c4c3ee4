import { failure } from '@cufflink/contracts'
import { type EngineTls, refuseCleartext } from '@cufflink/runtime'
import { Cluster, Redis, type RedisOptions } from 'ioredis'

/** One Redis, or some of the nodes of a Redis Cluster. Without TLS only those of this machine are spoken to, unless `inTheClear`. */
export type RedisAddress = (
  | { readonly url: string } // TLS, where it begins with rediss:
  | ClusterAddress
) & { readonly tls?: EngineTls; readonly inTheClear?: boolean }
type ClusterAddress = {
  readonly cluster: readonly { readonly host: string; readonly port: number }[]
  readonly username?: string
  readonly password?: string
}

export type RedisConnection = {
  readonly client: Redis | Cluster
  /** What answered last: `Redis 7.0.15`. */
  readonly engine: string
  /**
   * Calls the engine and settles in bounded time. A call that meets no connection, or loses it, waits for the next and is made
   * again, no longer than the deadline. So a commit may be sent twice, which is harmless: the second finds the watermark
   * moved. It waits here and not in the driver's queue, so an outage fills no memory.
   * @throws {CufflinkError} VIEWS_UNAVAILABLE with the cause
   */
  attempt<Value>(operation: () => Promise<Value>): Promise<Value>
  close(): Promise<void>
}

/** How long a call may take. */
const DEADLINE_MS = 2000

/**
 * A lost connection fails the calls under way at once (`maxRetriesPerRequest`). A Redis that takes commands and does not
 * answer counts as lost (`socketTimeout`): else an hour of the callers' retries would pile up before it. It has longer than a call, as a
 * process that was held up would else lose a connection on which everything has been answered. A replica that was
 * the master a moment ago answers READONLY: the connection is made again, to the node that is the master now.
 */
const settings = {
  maxRetriesPerRequest: 0,
  autoResendUnfulfilledCommands: false,
  connectTimeout: 1000,
  socketTimeout: 2 * DEADLINE_MS,
  maxLoadingRetryTime: 500,
  retryStrategy: backoff,
  reconnectOnError: (error: Error) => error.message.startsWith('READONLY'),
} as const satisfies RedisOptions

/**
 * Connects, and goes on connecting in the background while Redis is away.
 * @throws {CufflinkError} REDIS_TOO_OLD · CONFIG_INVALID when Redis may evict documents, or would be spoken to in the clear
 */
export async function connectRedis(address: RedisAddress): Promise<RedisConnection> {
  const client = 'url' in address ? openNode(address) : openCluster(address)
  const state = {
    engine: 'Redis',
    fault: undefined as Error | undefined,
    refusal: undefined as Error | undefined,
    closed: false,
    lastError: undefined as unknown,
  }
  const gate = createGate()

  client.on('error', (error) => {
    state.lastError = error
  })
  client.on('close', gate.close)
  client.on('ready', () => void admit())
  if (client instanceof Cluster) client.on('+node', ({ options }: Redis) => admitNode(options))

  /** A node may be one that only the cluster named. The driver connects to it after this turn. */
  function admitNode(options: RedisOptions): void {
    try {
      keepToThisMachine(address, options)
    } catch (refusal) {
      Object.assign(state, { refusal })
      gate.open()
      client.disconnect()
    }
  }

  async function admit(): Promise<void> {
    Object.assign(state, await inspect(client))
    if (client.status === 'ready') gate.open()
  }

  function refuse(): void {
    if (state.closed) throw new Error('closed')
    const fault = state.refusal ?? state.fault
    if (fault !== undefined) throw fault
  }

  /** Makes a call on each connection that comes, until one answers. */
  async function answer<Value>(operation: () => Promise<Value>, late: AbortSignal): Promise<Value> {
    for (;;) {
      refuse()
      await gate.opened()
      refuse()
      late.throwIfAborted()
      try {
        return await operation()
      } catch (error) {
        if (client.status === 'ready') throw error // an answer, not a loss
        state.lastError = error
      }
    }
  }

  async function attempt<Value>(operation: () => Promise<Value>): Promise<Value> {
    const over = new AbortController()
    const expire = (): void =>
      over.abort(new Error(`no answer in ${DEADLINE_MS} ms`, { cause: state.lastError }))
    // An answer that came while this process was held up is heard first: timers come before what was received.
    const timer = setTimeout(() => setImmediate(expire), DEADLINE_MS)
    try {
      return await Promise.race([answer(operation, over.signal), aborted(over.signal)])
    } catch (cause) {
      throw failure('VIEWS_UNAVAILABLE', { cause })
    } finally {
      clearTimeout(timer)
      over.abort(ended)
    }
  }

  async function close(): Promise<void> {
    state.closed = true
    gate.open()
    if (client.status === 'ready') await client.quit().catch(() => undefined) // lets the calls under way finish
    client.disconnect()
  }

  await attempt(async () => undefined).catch(() => undefined) // away now, here later
  const fault = state.refusal ?? state.fault
  if (fault !== undefined) {
    await close()
    throw fault
  }
  return {
    client,
    get engine() {
      return state.engine
    },
    attempt,
    close,
  }
}

/** Sharded pub/sub, which changes are announced on, came with it. */
const LEAST_MAJOR = 7

/** Why a Redis that answers INFO so cannot be used. Valkey says there which Redis it can stand for. */
export function faultOf(info: string): Error | undefined {
  const [, version, major] = /^redis_version:((\d+)\S*)/m.exec(info) ?? []
  if (major !== undefined && Number(major) < LEAST_MAJOR)
    return failure('REDIS_TOO_OLD', { detail: `This one is Redis ${version}.` })
  if (!/^maxmemory_policy:allkeys/m.test(info)) return undefined
  return failure('CONFIG_INVALID', {
    detail: 'Redis would evict tallies without a trace: set its maxmemory-policy to noeviction.',
  })
}

/** A reason that is there already: without one, an error with its stack is made for each call. */
const ended = new Error('the call has ended')

/** Rejects when the signal is aborted. */
const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }))

function backoff(times: number): number {
  return Math.min(50 * 2 ** (times - 1), 1000) + Math.random() * 50
}

function openNode(address: Extract<RedisAddress, { url: string }>): Redis {
  const client = new Redis(address.url, { ...settings, ...(address.tls && { tls: address.tls }) })
  try {
    keepToThisMachine(address, client.options) // as the driver reads the URL
    return client
  } catch (refusal) {
    client.disconnect() // before it connects, which is after this turn
    throw refusal
  }
}

/** Here the driver itself makes a call again when it lost the node, so that it reaches the node that serves the slot now. */
function openCluster(address: Extract<RedisAddress, ClusterAddress>): Cluster {
  const { cluster, username, password, tls } = address
  for (const { host } of cluster) keepToThisMachine(address, { host, ...(tls && { tls }) })
  return new Cluster([...cluster], {
    shardedSubscribers: true,
    slotsRefreshInterval: 5000,
    clusterRetryStrategy: backoff,
    redisOptions: {
      ...settings,
      ...(username !== undefined && { username }),
      ...(password !== undefined && { password }),
      ...(tls && { tls }),
    },
  })
}

function keepToThisMachine(address: RedisAddress, { host = 'localhost', tls }: RedisOptions): void {
  if (tls !== undefined || address.inTheClear === true) return
  const [source, mend] =
    'url' in address ? ['REDIS_URL', 'rediss: there'] : ['REDIS_CLUSTER, or a node of it,', 'REDIS_TLS=true']
  refuseCleartext(host, { source, tls: mend, allow: 'REDIS_IN_THE_CLEAR' })
}

/** The masters. */
export const nodesOf = (client: Redis | Cluster): Redis[] =>
  client instanceof Cluster ? client.nodes('master') : [client]

/** What the nodes say of themselves; nothing when they do not, or may not, answer. */
async function inspect(client: Redis | Cluster): Promise<{ engine?: string; fault?: Error | undefined }> {
  try {
    const infos = await Promise.all(nodesOf(client).map((node) => node.info()))
    const [info = ''] = infos
    const [, valkey] = /^valkey_version:(\S+)/m.exec(info) ?? []
    const [, redis = ''] = /^redis_version:(\S+)/m.exec(info) ?? []
    return {
      engine: valkey === undefined ? `Redis ${redis}` : `Valkey ${valkey}`,
      fault: infos.map(faultOf).find((fault) => fault !== undefined),
    }
  } catch {
    return {}
  }
}

/** Callers wait while the gate is closed. */
function createGate(): { open(): void; close(): void; opened(): Promise<void> } {
  let way = Promise.withResolvers<void>()
  let isOpen = false
  return {
    open() {
      isOpen = true
      way.resolve()
    },
    close() {
      if (isOpen) way = Promise.withResolvers<void>()
      isOpen = false
    },
    opened: () => way.promise,
  }
}
