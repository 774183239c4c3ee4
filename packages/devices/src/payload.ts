import { type Decoded, rejected } from './decode.ts'
import { decoderOf } from './vendors.ts'

/** What of a device's record the decoding depends on. */
export type PayloadSource = { readonly device: string; readonly model: string }

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** The readings in a device's payload, or why there are none. Never throws. `receivedAt` is the gateway's clock, in ms. */
export function decodePayload(source: PayloadSource, payload: Uint8Array, receivedAt: number): Decoded {
  let content: unknown
  try {
    content = JSON.parse(utf8.decode(payload))
  } catch {
    return rejected('PAYLOAD_NOT_JSON')
  }
  return decoderOf(source.model)(content, { device: source.device, receivedAt })
}
