import type { FactOf } from '@cufflink/contracts'
import { createTokenBucket, type TokenBucket } from '@cufflink/runtime'

/** What a fact takes besides its bytes: many small ones are as many rows. */
const ROW_BYTES = 512
const DAY_S = 86_400
/** Devices beyond which those are forgotten that have all of their limit again. */
const MAX_DEVICES = 10_000

export type RejectedLimitOptions = {
  /** Bytes of rejected payloads that are kept of one device in a day. */
  readonly bytesPerDay: number
  /** ms that only go forward. */
  now(): number
}

/**
 * How much is kept of what a device sends that cannot be read. The limit fills all day long: beyond it one payload now and then is
 * kept, a sample, and the others are counted.
 */
export type RejectedLimit = { keeps(fact: FactOf<'payload.rejected'>): boolean }

export function createRejectedLimit({ bytesPerDay, now }: RejectedLimitOptions): RejectedLimit {
  const perDevice = new Map<string, TokenBucket>()
  const create = (): TokenBucket =>
    createTokenBucket(
      { capacity: bytesPerDay, perSecond: bytesPerDay / DAY_S, deepestDebt: bytesPerDay },
      now(),
    )

  function forgetRested(): void {
    for (const [device, bucket] of perDevice) if (bucket.level(now()) >= bytesPerDay) perDevice.delete(device)
  }

  return {
    keeps({ data: { source, payloadBase64 } }) {
      if (perDevice.size > MAX_DEVICES) forgetRested()
      const bucket = perDevice.getOrInsertComputed(source, create)
      if (bucket.level(now()) <= 0) return false
      bucket.take(payloadBase64.length + ROW_BYTES, now())
      return true
    },
  }
}
