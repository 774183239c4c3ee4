import { failure } from '@cufflink/contracts'
import { FieldReader } from './fields.ts'
import type { Frame } from './frames.ts'

export type Publish = {
  readonly topic: string
  readonly payload: Buffer
  readonly qos: number
  /** 0 at QoS 0. */
  readonly packetId: number
}

/**
 * PUBLISH (§3.3). Flags: DUP (bit 3), QoS (bits 2–1), RETAIN (bit 0). Nothing is retained: the bit is not looked at.
 *
 *     text    topic name
 *     uint16  packet identifier  at QoS 1 and 2
 *     rest    payload
 *
 * @throws {CufflinkError} PACKET_MALFORMED
 */
export function readPublish({ flags, body }: Frame): Publish {
  const qos = (flags >> 1) & 3
  const dup = (flags & 8) !== 0
  // QoS 3 [MQTT-3.3.1-4]; DUP is for what may be sent again [MQTT-3.3.1-2].
  if (qos === 3 || (qos === 0 && dup)) throw failure('PACKET_MALFORMED')
  const fields = new FieldReader(body)
  const topic = fields.readTopicName()
  const packetId = qos === 0 ? 0 : fields.readPacketId()
  return { topic, payload: fields.readRest(), qos, packetId }
}
