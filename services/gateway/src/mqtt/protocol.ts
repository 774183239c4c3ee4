import { type ErrorCode, failure, rowOf } from '@cufflink/contracts'
import type { RegisteredDevice } from '@cufflink/directory'
import type { Ingest } from '../ingest/ingest.ts'
import type { Message } from '../ingest/interpret.ts'
import { createAckQueue } from './ack-queue.ts'
import type { Credentials } from './authenticate.ts'
import { puback, pubcomp, pubrec, readPubrel, unsuback } from './packets/acknowledgements.ts'
import { connack, readConnect } from './packets/connect.ts'
import { type Frame, packetTypes } from './packets/frames.ts'
import { readPublish } from './packets/publish.ts'
import { readSubscribe, suback } from './packets/subscribe.ts'
import { readUnsubscribe } from './packets/unsubscribe.ts'

const PINGRESP = Buffer.from([packetTypes.pingresp << 4, 0])

export type ProtocolOptions = {
  readonly ingest: Ingest
  /** How long a client may be silent that asked for no keep-alive. */
  readonly maxSilenceMs: number
  authenticate(credentials: Credentials): RegisteredDevice
  /** The device's record as it is now: it may have been given to another patient since CONNECT. */
  current(device: RegisteredDevice): RegisteredDevice
}

/** What packets do to their connection; while it is open, what is durable is acknowledged on it. */
export type Peer = Message['answer'] & {
  /** Told once, after CONNECT was accepted and before it is answered. */
  connected(client: Client): void
  answer(bytes: Buffer): void
  /** The peer sends nothing more. */
  finish(): void
  close(reason: unknown, lastWords?: Buffer): void
  /** Reads no more, and closes after a while. */
  closeLater(reason: unknown, lastWords?: Buffer): void
}

/** Who is connected, by its CONNECT. */
export type Client = {
  readonly device: RegisteredDevice
  /** Names the client, for the connection that takes over from this one. A client without an identifier is always a new one [MQTT-3.1.3-6]. */
  readonly session: string | undefined
  /** One and a half times the client's keep-alive [MQTT-3.1.2-24]. */
  readonly silenceAllowedMs: number
}

export type Protocol = {
  readonly client: Client | undefined
  /** Packets that wait for their PUBACK or PUBREC. */
  readonly inFlight: number
  /** @throws {CufflinkError} for what ends the connection [MQTT-4.8.0-1] */
  handle(frame: Frame): void
}

/** MQTT 3.1.1 with a device that only publishes. */
export function createProtocol(options: ProtocolOptions, peer: Peer): Protocol {
  const order = createAckQueue(peer.answer)
  let client: Client | undefined

  function handle(frame: Frame): void {
    // CONNECT is the first packet [MQTT-3.1.0-1], and only the first [MQTT-3.1.0-2].
    if (client === undefined && frame.type === packetTypes.connect) connect(frame)
    else if (client === undefined) throw failure('PROTOCOL_VIOLATION')
    else handleOf(client.device, frame)
  }

  function handleOf(device: RegisteredDevice, frame: Frame): void {
    switch (frame.type) {
      case packetTypes.publish:
        return publish(device, frame)
      case packetTypes.pubrel:
        return peer.answer(pubcomp(readPubrel(frame.body)))
      case packetTypes.subscribe:
        return peer.answer(suback(readSubscribe(frame.body), device.device))
      case packetTypes.unsubscribe:
        return peer.answer(unsuback(readUnsubscribe(frame.body)))
      case packetTypes.pingreq:
        checkEmpty(frame)
        return peer.answer(PINGRESP)
      case packetTypes.disconnect:
        checkEmpty(frame)
        return peer.finish()
      default:
        // A second CONNECT, what only a server sends, or an answer to a PUBLISH that the listener never sent.
        throw failure('PROTOCOL_VIOLATION')
    }
  }

  function connect({ body }: Frame): void {
    try {
      const { clientId, keepAliveSeconds, ...credentials } = readConnect(body)
      const device = options.authenticate(credentials)
      client = {
        device,
        session: clientId === '' ? undefined : `${device.device}\n${clientId}`,
        silenceAllowedMs: keepAliveSeconds === 0 ? options.maxSilenceMs : keepAliveSeconds * 1_500,
      }
    } catch (error) {
      const { code, connack: answer } = rowOf(error)
      const lastWords = answer === undefined ? undefined : connack(answer)
      // A device that connects over and over is told so slowly that it cannot do it often.
      return isOverShare(code) ? peer.closeLater(error, lastWords) : peer.close(error, lastWords)
    }
    peer.connected(client)
    peer.answer(connack(0))
  }

  /**
   * QoS 2 needs no state here: PUBREC is sent once the reading is durable, each PUBREL is answered, and a PUBLISH that
   * comes again is the same reading by its identity [MQTT-4.3.3-2].
   */
  function publish(device: RegisteredDevice, frame: Frame): void {
    const { topic: path, payload, qos, packetId } = readPublish(frame)
    const acknowledge = qos === 0 ? undefined : order.enter(qos === 1 ? puback(packetId) : pubrec(packetId))
    const message = {
      device: options.current(device),
      path,
      payload,
      isKept: qos > 0,
      answer: peer,
    }
    // Not durable: no PUBACK. The device keeps the reading and sends it again (design rule 1).
    options.ingest(message).then(acknowledge).catch(peer.close)
  }

  return {
    get client() {
      return client
    },
    get inFlight() {
      return order.size
    },
    handle,
  }
}

const isOverShare = (code: ErrorCode): boolean => code === 'DEVICE_OVER_RATE' || code === 'DEVICE_OVER_DAY'

/** PINGREQ and DISCONNECT are a fixed header and no more (§3.12, §3.14). */
function checkEmpty({ body }: Frame): void {
  if (body.length > 0) throw failure('PACKET_MALFORMED')
}
