import { failure } from '@cufflink/contracts'
import { FieldReader } from './fields.ts'
import { packetTypes } from './frames.ts'

export type Subscription = { readonly filter: string; readonly qos: number }
export type Subscribe = { readonly packetId: number; readonly subscriptions: readonly Subscription[] }

const FAILURE = 0x80

/**
 * SUBSCRIBE (§3.8):
 *
 *     uint16  packet identifier
 *     text    topic filter   } at least once [MQTT-3.8.3-3]
 *     byte    requested QoS  }
 *
 * @throws {CufflinkError} PACKET_MALFORMED · PACKET_TOO_LARGE
 */
export function readSubscribe(body: Buffer): Subscribe {
  const fields = new FieldReader(body)
  const packetId = fields.readPacketId()
  const subscriptions = fields.readFilters(() => {
    const filter = fields.readTopicFilter()
    const qos = fields.readByte()
    // QoS 3, or a reserved bit [MQTT-3-8.3-4].
    if (qos > 2) throw failure('PACKET_MALFORMED')
    return { filter, qos }
  })
  return { packetId, subscriptions }
}

/**
 * SUBACK (§3.9): a return code for each filter, in their order [MQTT-3.8.4-5]. A device is granted its own topics, with
 * at most QoS 1 [MQTT-3.8.4-6]: nothing is sent there yet, but firmware that is refused hangs up. Of other topics it is told "failure".
 */
export function suback({ packetId, subscriptions }: Subscribe, device: string): Buffer {
  const own = `devices/${device}/`
  const codes = subscriptions.map(({ filter, qos }) => (filter.startsWith(own) ? Math.min(qos, 1) : FAILURE))
  return Buffer.from([packetTypes.suback << 4, 2 + codes.length, packetId >> 8, packetId & 0xff, ...codes])
}
