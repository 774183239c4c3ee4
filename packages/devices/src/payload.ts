import type { Held } from './clock.ts'
import { type Decoded, rejected } from './decode.ts'
import { decoderOf } from './vendors.ts'

/** What of a device's record the decoding depends on. */
export type PayloadSource = {
  readonly device: string
  readonly model: string
  readonly assignments: readonly Held[]
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** The readings in a device's payload, or why there are none. Never throws. `receivedAt` is the gateway's clock, in ms. */
export function decodePayload(source: PayloadSource, payload: Uint8Array, receivedAt: number): Decoded {
  let content: unknown
  try {
    content = JSON.parse(utf8.decode(withoutTerminator(payload)))
  } catch {
    return rejected('PAYLOAD_NOT_JSON')
  }
  const { device, model, assignments } = source
  return decoderOf(model)(content, { device, receivedAt, assignments })
}

/** Firmware in C sends the zero bytes that end its strings. */
function withoutTerminator(payload: Uint8Array): Uint8Array {
  let end = payload.length
  while (end > 0 && payload[end - 1] === 0) end--
  return end === payload.length ? payload : payload.subarray(0, end)
}
