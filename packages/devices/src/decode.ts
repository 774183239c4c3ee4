import type { ErrorCode, Reading } from '@cufflink/contracts'
import type { Arrival } from './clock.ts'

/** What a payload turned out to be: of a batch the readings that were understood, and which were not. */
export type Decoded =
  | {
      readonly outcome: 'decoded'
      readonly readings: readonly Reading[]
      /** Those of a batch that are no readings, by their place in it, counted from 0. */
      readonly refused: readonly RefusedItem[]
      /** The latest instant that a clock of the device told, ms; absent where none did. */
      readonly latestTold?: number
    }
  | { readonly outcome: 'rejected'; readonly code: ErrorCode }

export type RefusedItem = { readonly index: number; readonly code: ErrorCode }

/** Who sent a payload, and when it came in. */
export type Receipt = Arrival & { readonly device: string }

/** A payload, parsed as JSON, to readings. One per format; pure, and never throws. */
export type Decoder = (content: unknown, receipt: Receipt) => Decoded

export const rejected = (code: ErrorCode): Decoded => ({ outcome: 'rejected', code })
