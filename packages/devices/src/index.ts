export type { Decoded, DecodedReading } from './decode.ts'
export { readingIdentity } from './identity.ts'
export type { PayloadSource } from './payload.ts'
export { decodePayload } from './payload.ts'
