import type { ErrorCode, Reading } from '@cufflink/contracts'

/** What a payload turned out to be. A payload is taken whole or refused whole. */
export type Decoded =
  | { readonly outcome: 'decoded'; readonly readings: readonly DecodedReading[] }
  | { readonly outcome: 'rejected'; readonly code: ErrorCode }

/** `recordId` is the device's own name for the reading, unique to the device. */
export type DecodedReading = { readonly recordId?: string; readonly reading: Reading }

/** Who sent a payload, and when it came in, in ms. */
export type Receipt = { readonly device: string; readonly receivedAt: number }

/** A payload, parsed as JSON, to readings. One per format; pure, and never throws. */
export type Decoder = (content: unknown, receipt: Receipt) => Decoded

export const rejected = (code: ErrorCode): Decoded => ({ outcome: 'rejected', code })
