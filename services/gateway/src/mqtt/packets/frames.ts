import { failure } from '@cufflink/contracts'

/** Control packet types (§2.2.1). */
export const packetTypes = {
  connect: 1,
  connack: 2,
  publish: 3,
  puback: 4,
  pubrec: 5,
  pubrel: 6,
  pubcomp: 7,
  subscribe: 8,
  suback: 9,
  unsubscribe: 10,
  unsuback: 11,
  pingreq: 12,
  pingresp: 13,
  disconnect: 14,
} as const

/**
 * A control packet (§2), cut out of what the socket brought:
 *
 *     byte 1      type (bits 7–4), flags (bits 3–0)
 *     byte 2 – 5  remaining length: 7 bits each, the lowest first; bit 7 says that another byte follows
 *     the rest    body, as many bytes as the remaining length says
 */
export type Frame = { readonly type: number; readonly flags: number; readonly body: Buffer }

export type Frames = {
  /** Bytes of a packet that has begun and not ended. */
  readonly held: number
  /**
   * Hands on each packet that the chunk completes, while there is room for one more.
   * @returns what of the chunk is to be read again once there is room
   * @throws {CufflinkError} PACKET_MALFORMED · PACKET_TOO_LARGE · CONNECT_TOO_LARGE, at the fixed header, before the body comes
   */
  read(chunk: Buffer): Buffer
}

export type FramesOptions = {
  /** The longest body of a type of packet; asked at each fixed header. */
  maxBody(type: number): number
  each(frame: Frame): void
  /** Whether there is room for a further packet; asked after each. */
  hasRoom(): boolean
}

const NOTHING = Buffer.alloc(0)

/** Cuts a stream of bytes into control packets. */
export function createFrames({ maxBody, each, hasRoom }: FramesOptions): Frames {
  let storage: Buffer = NOTHING
  let held = 0

  /** Doubles the storage when it is full, so that a packet that comes byte by byte is not copied for each of them. */
  function afterHeld(chunk: Buffer): Buffer {
    if (held === 0) return chunk
    const length = held + chunk.length
    if (length > storage.length) {
      const larger = Buffer.allocUnsafe(Math.max(length, 2 * storage.length))
      storage.copy(larger, 0, 0, held)
      storage = larger
    }
    chunk.copy(storage, held)
    return storage.subarray(0, length)
  }

  return {
    get held() {
      return held
    },
    read(chunk) {
      const bytes = afterHeld(chunk)
      let at = 0
      let header = readHeader(bytes, at, maxBody)
      while (header !== undefined && header.end <= bytes.length) {
        each({ type: header.type, flags: header.flags, body: bytes.subarray(header.body, header.end) })
        at = header.end
        if (at < bytes.length && !hasRoom()) return giveBack(chunk, bytes.length - at)
        header = readHeader(bytes, at, maxBody)
      }
      // What is left of a chunk is copied: a few bytes must not keep all of it in memory.
      if (at > 0 || held === 0) storage = Buffer.from(bytes.subarray(at))
      held = bytes.length - at
      return NOTHING
    },
  }

  /** What was held before the chunk is a part of a packet, which is handed on by now. */
  function giveBack(chunk: Buffer, length: number): Buffer {
    storage = NOTHING
    held = 0
    return chunk.subarray(chunk.length - length)
  }
}

type Header = { readonly type: number; readonly flags: number; readonly body: number; readonly end: number }

/** The fixed header at `at`, with where its body begins and ends; undefined while it is not all there. */
function readHeader(bytes: Buffer, at: number, maxBody: (type: number) => number): Header | undefined {
  const first = bytes[at]
  if (first === undefined) return undefined
  const type = first >> 4
  const flags = first & 0xf
  checkFlags(type, flags)
  let length = 0
  for (let index = 0; index < 4; index += 1) {
    const byte = bytes[at + 1 + index]
    if (byte === undefined) return undefined
    length += (byte & 0x7f) << (7 * index)
    if (byte >= 0x80) continue
    if (length > maxBody(type))
      throw failure(type === packetTypes.connect ? 'CONNECT_TOO_LARGE' : 'PACKET_TOO_LARGE')
    const body = at + 2 + index
    return { type, flags, body, end: body + length }
  }
  // The length has four bytes at most (§2.2.3).
  throw failure('PACKET_MALFORMED')
}

/** The flags that each type must have [MQTT-2.2.2-1]; those of PUBLISH are its own. Types 0 and 15 are reserved. */
const requiredFlags = [undefined, 0, 0, 'own', 0, 0, 2, 0, 2, 0, 2, 0, 0, 0, 0, undefined] as const

/** @throws {CufflinkError} PACKET_MALFORMED: the connection must be closed [MQTT-2.2.2-2]. */
function checkFlags(type: number, flags: number): void {
  const required = requiredFlags[type]
  if (required === undefined || (required !== 'own' && required !== flags)) throw failure('PACKET_MALFORMED')
}
