import type { Decoder } from './decode.ts'
import { decodeNative } from './native.ts'

/** The decoder of each model whose payloads are not in the native format. One file per vendor, one row per model. */
const vendorDecoders: ReadonlyMap<string, Decoder> = new Map()

export const decoderOf = (model: string): Decoder => vendorDecoders.get(model) ?? decodeNative
