import type { Socket } from 'node:net'
import { type CufflinkError, failure, rowOf } from '@cufflink/contracts'
import type { RegisteredDevice } from '@cufflink/ledger'
import mqtt, { type IConnectPacket, type IPublishPacket, type Packet, type Parser } from 'mqtt-packet'
import type { Ingest } from '../ingest/ingest.ts'
import { createAckQueue } from './ack-queue.ts'
import type { Credentials } from './authenticate.ts'

const CONNACK = 0x20
const PUBACK = 0x40
const UNSUBACK = 0xb0
const PINGRESP = Buffer.from([0xd0, 0])
const SUBACK_FAILURE = 0x80
const PROTOCOL_LEVEL = 4
/** No device needs more to say who it is. */
const MAX_CONNECT_BYTES = 4_096

export type ConnectionOptions = {
  /** Its `highWaterMark` is the most that a peer may leave unread before it is not read either. */
  readonly socket: Socket
  readonly maxPacketBytes: number
  /** Unacknowledged packets of one connection beyond which its socket is not read. */
  readonly maxInFlight: number
  readonly ingest: Ingest
  /** The instant that a reading is received at, ms since 1970. */
  receivedAt(): number
  authenticate(credentials: Credentials): RegisteredDevice
  /** The device's record as it is now: it may have been given to another patient since CONNECT. */
  current(device: RegisteredDevice): RegisteredDevice
  /** Told once, after CONNECT was accepted. */
  connected(connection: Connection): void
  /** Whether the whole gateway has as much under way as it may. */
  congested(): boolean
  closed(connection: Connection, reason: CufflinkError | undefined): void
}

/** One device's network connection; its state is what the packets so far made of it. */
export type Connection = {
  /** Until it is closed; what is durable by then is acknowledged on it. */
  readonly open: boolean
  readonly device: RegisteredDevice | undefined
  readonly session: string
  /** 0 when the client asked for none, ms otherwise: one and a half times what it said [MQTT-3.1.2-24]. */
  readonly silenceAllowedMs: number
  /** Instants of the stopwatch (`performance.now`), which no clock that is set moves. */
  readonly openedAt: number
  /** When the last whole packet came, or the gateway last began to read. */
  readonly lastPacketAt: number
  /** Since when the peer has left unread more than it may. */
  readonly unreadSince: number | undefined
  /** Packets that wait for their PUBACK. */
  readonly inFlight: number
  /** Whether it has as much under way as it may: the gateway does not read it then. */
  readonly held: boolean
  /** Reads the socket again if its own backlog allows. */
  resume(): void
  /** Reads no more, for good; what is under way still gets its PUBACK. */
  quiesce(): void
  close(reason?: CufflinkError): void
}

/** Serves one socket: MQTT 3.1.1 from a device that only publishes. */
export function serveConnection(options: ConnectionOptions): Connection {
  const { socket, ingest, maxInFlight, receivedAt } = options
  const parser = mqtt.parser()
  /** What is to be written. All answers of one turn leave in one write. */
  const answers: Buffer[] = []
  const order = createAckQueue((messageId) => answer(acknowledgement(PUBACK, messageId)))
  let device: RegisteredDevice | undefined
  let session = ''
  let silenceAllowedMs = 0
  const openedAt = performance.now()
  let lastPacketAt = openedAt
  let unreadSince: number | undefined
  let ended = false
  let quiet = false

  const connection: Connection = {
    get open() {
      return !ended
    },
    get device() {
      return device
    },
    get session() {
      return session
    },
    get silenceAllowedMs() {
      return silenceAllowedMs
    },
    openedAt,
    get lastPacketAt() {
      return lastPacketAt
    },
    get unreadSince() {
      return unreadSince
    },
    get inFlight() {
      return order.size
    },
    get held() {
      return order.size >= maxInFlight
    },
    resume() {
      if (quiet || !socket.isPaused() || backlogged()) return
      lastPacketAt = performance.now()
      socket.resume()
    },
    quiesce() {
      quiet = true
      socket.pause()
    },
    close,
  }

  const backlogged = () => order.size >= maxInFlight || unreadSince !== undefined

  function answer(bytes: Buffer): void {
    if (answers.push(bytes) === 1) queueMicrotask(flush)
  }

  function drained(): void {
    unreadSince = undefined
    if (!options.congested()) connection.resume()
  }

  function close(reason?: CufflinkError, lastWords?: Buffer): void {
    if (ended) return
    ended = true
    if (lastWords === undefined) socket.destroy()
    else socket.end(lastWords, () => socket.destroy())
    options.closed(connection, reason)
  }

  function flush(): void {
    if (ended) return
    const taken = socket.write(answers.length === 1 ? answers[0]! : Buffer.concat(answers))
    if (!taken) unreadSince ??= performance.now()
    answers.length = 0
    if (!options.congested()) connection.resume()
  }

  function read(chunk: Buffer): void {
    parser.parse(chunk)
    if (announcedBytes(parser) > limit()) close(failure('PACKET_TOO_LARGE'))
    if (backlogged() || options.congested()) socket.pause()
  }

  const limit = () => (device === undefined ? MAX_CONNECT_BYTES : options.maxPacketBytes)

  function handle(packet: Packet): void {
    if (ended) return
    lastPacketAt = performance.now()
    if ((packet.length ?? 0) > limit()) return close(failure('PACKET_TOO_LARGE'))
    if ((device === undefined) !== (packet.cmd === 'connect')) return close(failure('PROTOCOL_VIOLATION'))
    switch (packet.cmd) {
      case 'connect':
        return connect(packet)
      case 'publish':
        return publish(packet)
      case 'pingreq':
        return answer(PINGRESP)
      case 'subscribe':
        // Nothing is sent to devices in this version: each filter is answered with "failure" (§3.9.3).
        return answer(
          mqtt.generate({
            cmd: 'suback',
            messageId: packet.messageId!,
            granted: packet.subscriptions.map(() => SUBACK_FAILURE),
          }),
        )
      case 'unsubscribe':
        return answer(acknowledgement(UNSUBACK, packet.messageId!))
      case 'disconnect':
        return close()
      default:
        return close(failure('PROTOCOL_VIOLATION'))
    }
  }

  function connect(packet: IConnectPacket): void {
    try {
      if (packet.protocolVersion !== PROTOCOL_LEVEL) throw failure('PROTOCOL_UNSUPPORTED')
      if (packet.clientId === '' && packet.clean !== true) throw failure('CLIENT_ID_MISSING')
      device = options.authenticate(packet)
    } catch (error) {
      const { connack } = rowOf(error)
      return close(
        error as CufflinkError,
        connack === undefined ? undefined : Buffer.from([CONNACK, 2, 0, connack]),
      )
    }
    session = `${device.device}\n${packet.clientId}`
    silenceAllowedMs = (packet.keepalive ?? 0) * 1_500
    options.connected(connection)
    answer(Buffer.from([CONNACK, 2, 0, 0]))
  }

  function publish(packet: IPublishPacket): void {
    if (packet.qos === 2) return close(failure('QOS_UNSUPPORTED'))
    const durable = packet.qos === 1 ? order.enter(packet.messageId!) : undefined
    const payload = packet.payload as Buffer
    ingest({
      device: options.current(device!),
      path: packet.topic,
      payload,
      receivedAt: receivedAt(),
      answer: connection,
    }).then(
      durable,
      // Not durable: no PUBACK. The device keeps the reading and sends it again (design rule 1).
      (error: CufflinkError) => close(error),
    )
  }

  parser.on('packet', handle)
  parser.on('error', () => close(failure('PACKET_MALFORMED')))
  socket.on('data', read)
  socket.on('drain', drained)
  socket.on('error', () => close())
  socket.on('close', () => close())
  return connection
}

/** The length that the fixed header of a packet still under way announces; −1 between packets. */
const announcedBytes = (parser: Parser): number =>
  (parser as Parser & { packet: { length: number } }).packet.length

function acknowledgement(type: number, messageId: number): Buffer {
  const bytes = Buffer.allocUnsafe(4)
  bytes[0] = type
  bytes[1] = 2
  bytes[2] = messageId >> 8
  bytes[3] = messageId & 0xff
  return bytes
}
