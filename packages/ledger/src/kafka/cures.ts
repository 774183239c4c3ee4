import { createRequire } from 'node:module'
import type { Socket } from 'node:net'
import { encodeProduce, isPlain, type ProduceOptions } from './produce.ts'

type RequestQueue = {
  readonly pending: readonly unknown[]
  scheduleCheckPendingRequests(): void
}

type ProtocolRequest = { readonly request: { readonly apiName: string } }

type Place = { readonly host: string; readonly port: number }
type Connection = Place & {
  readonly socket: Socket | undefined
  send(request: ProtocolRequest): Promise<unknown>
  rejectRequests(error: Error): void
  disconnect(): Promise<unknown>
}

type Errors = {
  readonly KafkaJSConnectionError: new (message: string, at: { readonly broker: string }) => Error
  readonly KafkaJSConnectionClosedError: new (message: string, at: Place) => Error
}

const require = createRequire(import.meta.url)
let cured = false

/** Cures what ails kafkajs 2.2.4, once for the process. Each cure has a test. */
export function cureKafka(): void {
  if (cured) return
  cured = true
  const { prototype: queue } = require('kafkajs/src/network/requestQueue') as { prototype: RequestQueue }
  const { prototype: connection } = require('kafkajs/src/network/connection') as { prototype: Connection }
  const { prototype: pool } = require('kafkajs/src/cluster/brokerPool') as { prototype: BrokerPool }
  calmIdleConnections(queue)
  leaveSilentBrokers(connection)
  disconnectForgottenBrokers(pool)
  encodeInOnePass()
}

/**
 * kafkajs schedules a check of each connection's queue with `throttledUntil − now`, which is negative when nothing
 * throttles: Node 24 and later warn of it and wait 1 ms, over and over, on every idle connection. An empty queue needs no
 * check: `push` checks again for each request, and a fulfilled request for the ones behind it.
 */
function calmIdleConnections(queue: RequestQueue): void {
  const schedule = queue.scheduleCheckPendingRequests
  queue.scheduleCheckPendingRequests = function scheduleWhenPending(this: RequestQueue) {
    if (this.pending.length > 0) schedule.call(this)
  }
}

/**
 * A broker that stands still keeps its connections, and the kernel takes new ones for it. kafkajs only gives up the
 * request: the connection counts as good, is asked for the cluster's metadata, and never looks for another leader. As
 * other clients do, an unanswered request ends its connection here. What kafkajs does then depends on the error's name:
 * the one of a lost connection makes it ask the others who leads; that of a failed one, while it greets a broker, makes it
 * greet the next.
 */
function leaveSilentBrokers(connection: Connection): void {
  const { send } = connection
  connection.send = async function orLeave(this: Connection, request: ProtocolRequest) {
    try {
      return await send.call(this, request)
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'KafkaJSRequestTimeoutError') throw error
      const silent = silence(request, this)
      this.rejectRequests(silent)
      this.socket?.destroy()
      await this.disconnect()
      throw silent
    }
  }
}

function silence({ request }: ProtocolRequest, { host, port }: Place): Error {
  const { KafkaJSConnectionError, KafkaJSConnectionClosedError } = require('kafkajs/src/errors') as Errors
  const message = `No answer to ${request.apiName}`
  return request.apiName === 'ApiVersions'
    ? new KafkaJSConnectionError(message, { broker: `${host}:${port}` })
    : new KafkaJSConnectionClosedError(message, { host, port })
}

type Broker = { isConnected(): boolean; disconnect(): Promise<void> }
type BrokerPool = {
  readonly brokers: Readonly<Record<string, Broker>>
  readonly seedBroker: Broker | undefined
  removeBroker(place: Place): void
  disconnect(): Promise<void>
}

/**
 * kafkajs forgets a broker whose connection was lost. A consumer goes on with the one that it knows as its coordinator, if only to leave
 * its group, and so connects it again: nothing would ever end that connection. Here those that were forgotten are disconnected with the others.
 */
function disconnectForgottenBrokers(pool: BrokerPool): void {
  const { removeBroker, disconnect } = pool
  const forgotten = new WeakMap<BrokerPool, readonly Broker[]>()
  const known = ({ seedBroker, brokers }: BrokerPool): readonly Broker[] => [
    ...(seedBroker ? [seedBroker] : []),
    ...Object.values(brokers),
  ]
  pool.removeBroker = function andRemember(this: BrokerPool, place: Place) {
    const before = known(this)
    removeBroker.call(this, place)
    const left = new Set(known(this))
    const earlier = (forgotten.get(this) ?? []).filter((broker) => broker.isConnected())
    forgotten.set(this, [...earlier, ...before.filter((broker) => !left.has(broker))])
  }
  pool.disconnect = async function withForgotten(this: BrokerPool) {
    await disconnect.call(this)
    await Promise.all((forgotten.get(this) ?? []).map((broker) => broker.disconnect()))
  }
}

type Encoder = { readonly buf: Buffer; readonly offset: number }
type ProduceRequest = { readonly encode: () => Promise<Encoder> }

/**
 * kafkajs takes 5 µs of the processor to put a message of a batch into a request (ten buffers, several big integers, a byte
 * at a time through the checksum); `encodeProduce` takes half a microsecond for the same bytes.
 */
function encodeInOnePass(): void {
  const path = require.resolve('kafkajs/src/protocol/requests/produce/v7/request')
  const theirs = require(path) as (options: ProduceOptions) => ProduceRequest
  const Encoder = require('kafkajs/src/protocol/encoder') as new () => Encoder
  const ours = async (options: ProduceOptions): Promise<Encoder> => {
    // oxlint-disable-next-line eslint/no-restricted-properties -- the instant that each record carries
    const buf = encodeProduce(options, Date.now())
    return Object.assign(new Encoder(), { buf, offset: buf.length })
  }
  // kafkajs asks for this module again with each request.
  require.cache[path]!.exports = (options: ProduceOptions) =>
    isPlain(options) ? { ...theirs(options), encode: () => ours(options) } : theirs(options)
}
