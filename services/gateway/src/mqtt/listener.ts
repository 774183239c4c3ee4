import { type AddressInfo, createServer, type Socket } from 'node:net'
import { type CufflinkError, failure } from '@cufflink/contracts'
import type { RegisteredDevice, Registry } from '@cufflink/directory'
import { boundConnections, type Logger, listen } from '@cufflink/runtime'
import type { FastifyInstance, FastifyPluginAsync } from 'fastify'
import fastifyPlugin from 'fastify-plugin'
import type { RecordClosing } from '../ingest/closings.ts'
import type { Ingest } from '../ingest/ingest.ts'
import type { FairQueue } from '../shares/fair-queue.ts'
import type { Shares } from '../shares/shares.ts'
import { authenticate, type Credentials } from './authenticate.ts'
import { type Connection, serveConnection } from './connection.ts'
import { overdue } from './overdue.ts'

/** A peer that sends and never reads its PUBACKs is not read either. */
const MAX_UNREAD_BYTES = 16_384
/** The kernel asks a silent peer after this long whether it is still there: a device that lost its network sends no FIN. */
const TCP_KEEP_ALIVE_MS = 60_000
const SWEEP_MS = 1_000
const DRAIN_POLL_MS = 10
/** Connections that wait for their refusal: one more closes the oldest of them without a word. */
const MAX_REFUSING = 256

export type ListenerOptions = {
  readonly host: string
  readonly port: number
  readonly maxPacketBytes: number
  readonly connectDeadlineMs: number
  readonly maxSilenceMs: number
  readonly maxInFlight: number
  /** Connections of one device: one more closes the oldest. */
  readonly maxConnections: number
  /** Connections whose CONNECT was not accepted yet, over all addresses: one more closes the oldest of the address that has the most. */
  readonly maxUnknownConnections: number
  /** Of one address: one more closes its oldest. */
  readonly maxAddressConnections: number
  readonly registry: Registry
  readonly ingest: Ingest
  readonly shares: Shares
  readonly queue: Pick<FairQueue, 'facts' | 'closed' | 'stop' | 'close'>
  readonly closedFor: RecordClosing
  readonly logger: Logger
}

/** What the gateway knows of its connections. `closedBy` counts the ends that had a reason, by error code. */
export type Listener = {
  readonly port: number
  readonly connections: number
  readonly closedBy: ReadonlyMap<string, number>
  /** Takes no new connection and no further packet; what was handed to the ledger goes on to its PUBACK, what waits for its turn does not. */
  quiesce(): void
  /** Resolves once nothing is on its way to the ledger. */
  drained(): Promise<void>
}

declare module 'fastify' {
  // oxlint-disable-next-line typescript/consistent-type-definitions -- declarations of another module merge only as interfaces
  interface FastifyInstance {
    mqtt: Listener
  }
}

/** The MQTT endpoint as a plugin of the gateway's Fastify application: `app.mqtt`. It listens from `ready` to `close`. */
export const mqttListener: FastifyPluginAsync<ListenerOptions> = fastifyPlugin(
  async (app: FastifyInstance, options: ListenerOptions) => {
    const { server, listener, closeAll } = createListener(options)
    app.decorate('mqtt', listener)
    app.addHook('onReady', async () => void (await listen(server, { ...options, variable: 'MQTT_PORT' })))
    app.addHook('onClose', async () => {
      closeAll()
      if (server.listening) await new Promise((resolve) => server.close(resolve))
    })
  },
  { name: 'mqtt-listener' },
)

function createListener(options: ListenerOptions) {
  const { registry, shares, queue } = options
  const open = new Set<Connection>()
  const connectionOf = new WeakMap<Socket, Connection>()
  const owners = createOwners(options)
  /** In the order in which they were refused. */
  const refusing = new Set<Connection>()
  const closings = createClosings(options)
  const server = createServer(
    {
      noDelay: true,
      highWaterMark: MAX_UNREAD_BYTES,
      // A client that ends its half of the connection after its last PUBLISH still gets the PUBACK.
      allowHalfOpen: true,
      keepAlive: true,
      keepAliveInitialDelay: TCP_KEEP_ALIVE_MS,
    },
    accept,
  )
  const unknown = boundConnections(server, {
    unkept: options.maxUnknownConnections,
    perAddress: options.maxAddressConnections,
    close(socket) {
      connectionOf.get(socket)?.close(failure('ADDRESS_CONNECTIONS'))
      socket.destroy()
    },
  })
  let quiet = false

  function accept(socket: Socket): void {
    if (quiet) return void socket.destroy()
    const connection = serveConnection({
      ...options,
      socket,
      authenticate: (credentials) => admitted(credentials, options),
      current: (device) => registry.find(device.device) ?? device,
      connected(connection) {
        unknown.keep(socket)
        owners.connected(connection)
      },
      refusing(connection) {
        // It has shown whose it is, and takes no place of a device that has not had the time to.
        unknown.keep(socket)
        const [oldest] = refusing.add(connection)
        if (refusing.size > MAX_REFUSING) oldest?.close()
      },
      closed(connection, reason) {
        open.delete(connection)
        refusing.delete(connection)
        owners.left(connection)
        closings.closed(connection, reason)
      },
    })
    open.add(connection)
    connectionOf.set(socket, connection)
  }

  /** Ends connections that ran out of time and reads paused ones again; one timer for all of them. */
  function sweep(): void {
    const limits = { now: performance.now(), connectDeadlineMs: options.connectDeadlineMs }
    shares.sweep()
    for (const connection of open) {
      // It ends by itself, with an answer.
      if (refusing.has(connection)) continue
      const code = overdue(connection, limits)
      if (code !== undefined) connection.close(failure(code))
      else connection.look()
    }
  }

  const sweeping = setInterval(sweep, SWEEP_MS)
  const forget = registry.onChange((device) => closeRevoked(open, device))
  const listener: Listener = {
    get port() {
      return (server.address() as AddressInfo).port
    },
    get connections() {
      return open.size
    },
    closedBy: closings.closedBy,
    quiesce() {
      quiet = true
      server.close()
      for (const connection of open) connection.quiesce()
      queue.stop()
    },
    async drained() {
      do await new Promise((resolve) => setTimeout(resolve, DRAIN_POLL_MS))
      while (queue.facts > 0)
    },
  }
  const closeAll = (): void => {
    clearInterval(sweeping)
    forget()
    for (const connection of open) connection.close()
    queue.close()
  }
  return { server, listener, closeAll }
}

/** @throws {CufflinkError} CREDENTIALS_WRONG · DEVICE_REVOKED · DEVICE_OVER_RATE · DEVICE_OVER_DAY */
function admitted(
  credentials: Credentials,
  { registry, shares, closedFor }: ListenerOptions,
): RegisteredDevice {
  const device = authenticate(registry, credentials)
  const code = shares.mayNotConnect(shares.of(device.device))
  if (code === undefined) return device
  closedFor(device, code)
  throw failure(code)
}

/** Whose connections there are: one of each session, and a few of each device. */
function createOwners({ maxConnections }: Pick<ListenerOptions, 'maxConnections'>) {
  const sessions = new Map<string, Connection>()
  /** The connections of each device, the oldest first. */
  const perDevice = new Map<string, Set<Connection>>()

  /** A client that connects again closes its older connection [MQTT-3.1.4-2]. */
  function takeOver(connection: Connection): void {
    const session = connection.client?.session
    if (session === undefined) return
    const older = sessions.get(session)
    sessions.set(session, connection)
    older?.close(failure('SESSION_TAKEN_OVER'))
  }

  return {
    connected(connection: Connection): void {
      takeOver(connection)
      const device = connection.client?.device.device ?? ''
      const ofDevice = perDevice.getOrInsertComputed(device, () => new Set())
      ofDevice.add(connection)
      // The newest stays: a device whose network broke leaves connections behind that no one will use again.
      const [oldest] = ofDevice
      if (ofDevice.size > maxConnections) oldest?.close(failure('DEVICE_CONNECTIONS'))
    },
    left(connection: Connection): void {
      if (connection.client === undefined) return
      const { session, device } = connection.client
      if (session !== undefined && sessions.get(session) === connection) sessions.delete(session)
      const ofDevice = perDevice.get(device.device)
      ofDevice?.delete(connection)
      if (ofDevice?.size === 0) perDevice.delete(device.device)
    },
  }
}

/** Counts why connections ended, and says it. */
function createClosings({ queue, shares, closedFor, logger }: ListenerOptions) {
  const closedBy = new Map<string, number>()
  return {
    closedBy: closedBy as ReadonlyMap<string, number>,
    closed({ client }: Connection, reason: CufflinkError | undefined): void {
      if (client !== undefined) queue.closed(shares.of(client.device.device))
      if (reason === undefined) return
      closedBy.set(reason.code, (closedBy.get(reason.code) ?? 0) + 1)
      if (client !== undefined) closedFor(client.device, reason.code)
      if (reason.code === 'INTERNAL') logger.error('a packet could not be handled', { error: reason })
      else logger.debug('connection closed', { code: reason.code })
    },
  }
}

/** A device that was revoked, or has another secret by now, is connected no longer. */
function closeRevoked(open: Iterable<Connection>, { device, status, secretDigest }: RegisteredDevice): void {
  for (const connection of open) {
    const connected = connection.client?.device
    if (connected?.device !== device) continue
    if (status === 'revoked' || connected.secretDigest !== secretDigest)
      connection.close(failure('DEVICE_REVOKED'))
  }
}
