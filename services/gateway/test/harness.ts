import { hash } from 'node:crypto'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { Fact } from '@cufflink/contracts'
import { createOutcomes, type RegisteredDevice, type Registry } from '@cufflink/directory'
import { type Position } from '@cufflink/ledger'
import { createLogger } from '@cufflink/runtime'
import { type FastifyInstance, fastify } from 'fastify'
import mqtt, { type Packet } from 'mqtt-packet'
import { recordClosings } from '../src/ingest/closings.ts'
import { createCopyFilter } from '../src/ingest/copies.ts'
import { createIngest, type Ingest, type IngestOptions } from '../src/ingest/ingest.ts'
import { createRejectedLimit } from '../src/ingest/rejected-limit.ts'
import { createTally, type Tally } from '../src/ingest/tally.ts'
import { type ListenerOptions, mqttListener } from '../src/mqtt/listener.ts'
import { createFairQueue } from '../src/shares/fair-queue.ts'
import { createShares, type ShareLimits } from '../src/shares/shares.ts'

/** A device of practice `t`, given to `p-1` for ever; its secret is `secret-<device>`. */
export const registered = (device: string, more: Partial<RegisteredDevice> = {}): RegisteredDevice => ({
  device,
  tenant: 't',
  version: `device-${device}`,
  model: 'BPM',
  secretDigest: hash('sha256', `secret-${device}`, 'hex'),
  status: 'active',
  assignments: [{ patient: 'p-1', from: 1_000_000_000_000 }],
  ...more,
})

export type TestRegistry = Registry & { replace(device: RegisteredDevice): void }

export function testRegistry(devices: readonly RegisteredDevice[]): TestRegistry {
  const byId = new Map(devices.map((device) => [device.device, device]))
  const listeners = new Set<(device: RegisteredDevice) => void>()
  return {
    size: byId.size,
    outcomes: createOutcomes(),
    find: (device) => byId.get(device),
    caughtUp: async () => undefined,
    all: () => byId.values(),
    of: () => [],
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    replace(device) {
      byId.set(device.device, device)
      for (const listener of listeners) listener(device)
    },
    close: async () => undefined,
  }
}

/** A ledger whose appends become durable when the test says so. */
export function heldLedger() {
  const facts: Fact[] = []
  const waiting: (() => void)[] = []
  let held = false
  return {
    facts,
    hold() {
      held = true
    },
    /** Makes what waits durable, in order. */
    release() {
      held = false
      for (const resolve of waiting.splice(0)) resolve()
    },
    /** Makes the first that waits durable. */
    releaseOne() {
      waiting.shift()?.()
    },
    append(fact: Fact): Promise<Position> {
      facts.push(fact)
      const position: Position = { topic: 'readings', partition: 0, offset: facts.length - 1 }
      if (!held) return Promise.resolve(position)
      return new Promise((resolve) => waiting.push(() => resolve(position)))
    },
  }
}

/** A host whose clock is never doubted. */
export const trustedClock = { isTrusted: true, told: () => undefined }

/** Room for whatever is parked. */
export const roomForAll = { admit: () => undefined }

export type TestListener = AsyncDisposable & {
  readonly app: FastifyInstance
  readonly port: number
  readonly tally: Tally
  readonly ledger: ReturnType<typeof heldLedger>
  readonly registry: TestRegistry
}

/** No device of a test comes near to these unless the test says so. */
const ampleLimits: ShareLimits = {
  readingsPerSecond: 1e9,
  burstReadings: 1e9,
  factsPerDay: 1e9,
  maxBytes: 1_073_741_824,
  maxPacketBytes: 8_192,
}

type TestOptions = Partial<ListenerOptions> &
  Partial<Pick<IngestOptions, 'hostClock' | 'clock'>> & { readonly limits?: Partial<ShareLimits> }

export async function startListener(
  { limits, hostClock = trustedClock, clock = { now: Date.now }, ...options }: TestOptions = {},
  devices: readonly RegisteredDevice[] = [registered('cuff')],
): Promise<TestListener> {
  const ledger = heldLedger()
  const tally = createTally()
  const registry = testRegistry(devices)
  const now = performance.now.bind(performance)
  const shares = createShares({ limits: { ...ampleLimits, ...limits }, now })
  const queue = createFairQueue({ shares, maxFacts: 20_000, mayStart: () => hostClock.isTrusted, now })
  const copies = createCopyFilter(ledger)
  const rejectedLimit = createRejectedLimit({ bytesPerDay: 4_194_304, now })
  const ingest: Ingest = createIngest({
    copies,
    rejectedLimit,
    parked: roomForAll,
    admit: (device, work) => queue.submit(shares.of(device), work),
    tally,
    hostClock,
    clock,
    stopwatch: now,
  })
  const app = fastify()
  await app.register(mqttListener, {
    host: '127.0.0.1',
    port: 0,
    maxPacketBytes: 8_192,
    connectDeadlineMs: 5_000,
    maxSilenceMs: 60_000,
    maxInFlight: 100,
    maxConnections: 100,
    maxUnknownConnections: 1_000,
    maxAddressConnections: 512,
    registry,
    ingest,
    shares,
    queue,
    closedFor: recordClosings({ copies, rejectedLimit, clock, hostClock }),
    logger: createLogger({ service: 'gateway', level: 'silent' }),
    ...options,
  })
  await app.ready()
  return { app, port: app.mqtt.port, tally, ledger, registry, [Symbol.asyncDispose]: () => app.close() }
}

/** A raw MQTT client: what it sends is bytes, what it gets is packets in order. */
export type Client = {
  readonly socket: Socket
  readonly packets: readonly Packet[]
  send(bytes: Uint8Array): void
  /** The next packet that was not taken yet; `closed` when the connection ended instead. */
  next(): Promise<Packet | 'closed'>
}

export async function open(port: number, localAddress = '127.0.0.1'): Promise<Client> {
  const socket = connect({ port, host: '127.0.0.1', localAddress, noDelay: true })
  await once(socket, 'connect')
  const parser = mqtt.parser()
  const packets: Packet[] = []
  const waiting: ((packet: Packet | 'closed') => void)[] = []
  let closed = false
  parser.on('packet', (packet) => {
    const resolve = waiting.shift()
    if (resolve === undefined) packets.push(packet)
    else resolve(packet)
  })
  socket.on('data', (chunk) => parser.parse(chunk as Buffer))
  socket.on('error', () => undefined)
  socket.on('close', () => {
    closed = true
    for (const resolve of waiting.splice(0)) resolve('closed')
  })
  return {
    socket,
    packets,
    send: (bytes) => void socket.write(bytes),
    next() {
      const packet = packets.shift()
      if (packet !== undefined) return Promise.resolve(packet)
      if (closed) return Promise.resolve('closed')
      return new Promise((resolve) => waiting.push(resolve))
    },
  }
}

export const connectPacket = (device: string, more: Record<string, unknown> = {}): Buffer =>
  mqtt.generate({
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: 4,
    clean: true,
    clientId: device,
    keepalive: 0,
    username: device,
    password: Buffer.from(`secret-${device}`),
    ...more,
  })

export const weight = (measuredAt: number, weightKg = 80): string =>
  JSON.stringify({ kind: 'body-weight', measuredAt, weightKg })

export const publishPacket = (
  device: string,
  messageId: number,
  payload: string,
  { qos = 1, topic = `devices/${device}/readings` }: { qos?: 0 | 1 | 2; topic?: string } = {},
): Buffer => mqtt.generate({ cmd: 'publish', topic, payload, qos, messageId, dup: false, retain: false })

/** Sends bytes one by one, one every 20 ms, until disposed. */
export function drip(client: Client, bytes: Uint8Array): Disposable {
  let at = 0
  return repeating(() => client.send(bytes.subarray(at, ++at)), 20)
}

/** Repeats until disposed, so that a test that fails does not keep its process alive. */
export function repeating(act: () => void, everyMs: number): Disposable {
  const timer = setInterval(act, everyMs)
  return { [Symbol.dispose]: () => clearInterval(timer) }
}

/** Opens a session of a registered device. */
export async function session(
  port: number,
  device = 'cuff',
  more: Record<string, unknown> = {},
): Promise<Client> {
  const client = await open(port)
  client.send(connectPacket(device, more))
  const connack = await client.next()
  if (connack === 'closed' || connack.cmd !== 'connack' || connack.returnCode !== 0)
    throw new Error('CONNECT was refused')
  return client
}
