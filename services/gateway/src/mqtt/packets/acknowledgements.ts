import { FieldReader } from './fields.ts'
import { packetTypes } from './frames.ts'

/** PUBACK, PUBREC, PUBCOMP and UNSUBACK are all of one form (§3.4, §3.5, §3.7, §3.11): `uint16  packet identifier`. */
const acknowledgement =
  (type: number) =>
  (packetId: number): Buffer =>
    Buffer.from([type << 4, 2, packetId >> 8, packetId & 0xff])

export const puback = acknowledgement(packetTypes.puback)
export const pubrec = acknowledgement(packetTypes.pubrec)
export const pubcomp = acknowledgement(packetTypes.pubcomp)
export const unsuback = acknowledgement(packetTypes.unsuback)

/**
 * PUBREL (§3.6), of the same form.
 * @throws {CufflinkError} PACKET_MALFORMED
 */
export function readPubrel(body: Buffer): number {
  const fields = new FieldReader(body)
  const packetId = fields.readPacketId()
  fields.finish()
  return packetId
}
