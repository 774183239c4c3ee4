import { FieldReader } from './fields.ts'

/**
 * UNSUBSCRIBE (§3.10). Nothing is sent to devices, so that there is nothing to stop; it is acknowledged [MQTT-3.10.4-5].
 *
 *     uint16  packet identifier
 *     text    topic filter  at least once [MQTT-3.10.3-2]
 *
 * @returns the packet identifier
 * @throws {CufflinkError} PACKET_MALFORMED · PACKET_TOO_LARGE
 */
export function readUnsubscribe(body: Buffer): number {
  const fields = new FieldReader(body)
  const packetId = fields.readPacketId()
  fields.readFilters(() => fields.readTopicFilter())
  return packetId
}
