import { failure } from '@cufflink/contracts'
import { FieldReader } from './fields.ts'
import { packetTypes } from './frames.ts'

export type Connect = {
  readonly clientId: string
  /** 0: the client asks for no deadline. */
  readonly keepAliveSeconds: number
  readonly username?: string
  readonly password?: Uint8Array
}

const flag = {
  username: 0x80,
  password: 0x40,
  willRetain: 0x20,
  will: 0x04,
  clean: 0x02,
  reserved: 0x01,
} as const
const PROTOCOL_LEVEL = 4

/**
 * CONNECT (§3.1):
 *
 *     text    protocol name: MQTT
 *     byte    protocol level: 4
 *     byte    flags: user name, password, will retain, will QoS (2 bits), will, clean session, reserved
 *     uint16  keep-alive, s
 *     text    client identifier
 *     text    will topic    if the will flag is set
 *     binary  will message  if the will flag is set
 *     text    user name     if the user name flag is set
 *     binary  password      if the password flag is set
 *
 * @throws {CufflinkError} PACKET_MALFORMED, closed without a CONNACK [MQTT-3.1.4-1] · PROTOCOL_UNSUPPORTED · CLIENT_ID_MISSING
 */
export function readConnect(body: Buffer): Connect {
  const fields = new FieldReader(body)
  checkProtocol(fields.readText(), fields.readByte())
  const flags = fields.readByte()
  checkConnectFlags(flags)
  const keepAliveSeconds = fields.readUint16()
  const clientId = fields.readText()
  if ((flags & flag.will) !== 0) {
    // No will is published: the listener sends nothing to devices. It must be well-formed all the same.
    fields.readTopicName()
    fields.readBinary()
  }
  const username = (flags & flag.username) === 0 ? undefined : fields.readText()
  const password = (flags & flag.password) === 0 ? undefined : fields.readBinary()
  fields.finish()
  // A client without an identifier has no session that could be kept [MQTT-3.1.3-7, MQTT-3.1.3-8].
  if (clientId === '' && (flags & flag.clean) === 0) throw failure('CLIENT_ID_MISSING')
  return {
    clientId,
    keepAliveSeconds,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
  }
}

/**
 * Another level is answered with return code 1 [MQTT-3.1.2-2]; the older MQIsdp (MQTT 3.1) is told the same. Another name
 * is no MQTT at all [MQTT-3.1.2-1].
 */
function checkProtocol(name: string, level: number): void {
  if (name !== 'MQTT' && name !== 'MQIsdp') throw failure('PACKET_MALFORMED')
  if (name !== 'MQTT' || level !== PROTOCOL_LEVEL) throw failure('PROTOCOL_UNSUPPORTED')
}

function checkConnectFlags(flags: number): void {
  const has = (bits: number): boolean => (flags & bits) !== 0
  const willQos = (flags >> 3) & 3
  const wellFormed =
    !has(flag.reserved) && // [MQTT-3.1.2-3]
    willQos !== 3 && // [MQTT-3.1.2-14]
    (has(flag.will) || willQos === 0) && // [MQTT-3.1.2-13]
    (has(flag.will) || !has(flag.willRetain)) && // [MQTT-3.1.2-15]
    (has(flag.username) || !has(flag.password)) // [MQTT-3.1.2-22]
  if (!wellFormed) throw failure('PACKET_MALFORMED')
}

/** CONNACK (§3.2). The listener keeps no session state, so none is present [MQTT-3.2.2-3]. */
export const connack = (returnCode: number): Buffer =>
  Buffer.from([packetTypes.connack << 4, 2, 0, returnCode])
