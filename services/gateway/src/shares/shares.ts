import type { ErrorCode } from '@cufflink/contracts'
import { createTokenBucket, type TokenBucket } from '@cufflink/runtime'

/** The part of what is free that one device may hold: with n devices that send all they can, 1/(n + 64) of the bound each. */
const PART_OF_FREE = 1 / 64
/** What a socket may bring at once beyond a packet. */
const CHUNK_BYTES = 65_536
/** A device that connects over and over takes its time from no one else. */
const CONNECT_COST = 20
const DAY_S = 86_400
/** Of the bytes of a packet that count as one reading; a batch of a thousand in full is at most 275 bytes each. */
export const BYTES_PER_READING = 200

export type ShareLimits = {
  readonly readingsPerSecond: number
  /** Readings that a device may send at once before the rate holds. */
  readonly burstReadings: number
  /** Facts that a device may add to the ledger in a day, and at once. */
  readonly factsPerDay: number
  /** Bytes that were read and are not answered, over all devices. */
  readonly maxBytes: number
  readonly maxPacketBytes: number
}

/** A message of a device, read and not looked into yet. */
export type Work = {
  readonly bytes: number
  /** Whether its connection is gone and its device has it still, to send it again. */
  readonly comesAgain: boolean
  /** Looks into it and hands its facts to the ledger. `settled` never rejects. Undefined when nothing may be taken now: it goes on waiting. */
  start(): Started | undefined
  /** It is not taken any more, as it comes again. */
  lapse(): void
  /** The gateway stops: the message is not taken any more. */
  drop(): void
}
export type Started = {
  readonly readings: number
  readonly facts: number
  readonly settled: Promise<unknown>
}

/** What one device has under way, over all of its connections. */
export type Share = {
  readonly device: string
  readonly rate: TokenBucket
  /** What it may still add to the ledger: it fills all day long. */
  readonly day: TokenBucket
  /** Bytes that were read and are not answered. */
  bytes: number
  /** Facts on their way to the ledger. */
  facts: number
  /** Messages that wait for their turn, and whether the device is in the queue for one. */
  readonly waiting: Work[]
  queued: boolean
  connections: number
}

/**
 * What each device has under way and may have, so that none takes the memory or the time of the others. A device is not
 * read while it is over its share; nothing of it is lost.
 */
export type Shares = {
  /** Bytes that were read and are not answered, over all devices. */
  readonly bytes: number
  of(device: string): Share
  /** Bytes that were read; negative when they are answered. */
  hold(share: Share, bytes: number): void
  /** A message was looked into, which took the time of so many readings and added so many facts. */
  messageTaken(share: Share, readings: number, facts: number): void
  /** Which share is used up, if one is. What the device has waiting waits on. */
  overShare(share: Share): ErrorCode | undefined
  /** A packet other than PUBLISH costs as much as a message of its size. */
  packetRead(share: Share, bytes: number): void
  connected(share: Share): void
  disconnected(share: Share): void
  /** Why it may not connect now. */
  mayNotConnect(share: Share): ErrorCode | undefined
  mayBeRead(share: Share): boolean
  /** Forgets devices that have nothing under way and all of their shares. */
  sweep(): void
}

export type SharesOptions = { readonly limits: ShareLimits; now(): number }

export function createShares({ limits, now }: SharesOptions): Shares {
  const { readingsPerSecond, burstReadings, factsPerDay, maxBytes, maxPacketBytes } = limits
  const shares = new Map<string, Share>()
  // A packet can always be read whole, however little is free: a part of one would never be answered.
  const least = maxPacketBytes + CHUNK_BYTES
  let bytes = 0

  const create = (device: string): Share => ({
    device,
    rate: createTokenBucket(
      { capacity: burstReadings, perSecond: readingsPerSecond, deepestDebt: 2 * burstReadings },
      now(),
    ),
    day: createTokenBucket(
      { capacity: factsPerDay, perSecond: factsPerDay / DAY_S, deepestDebt: factsPerDay },
      now(),
    ),
    bytes: 0,
    facts: 0,
    waiting: [],
    queued: false,
    connections: 0,
  })

  /**
   * Why its sockets are not read: its day is used up, or twice over what it was given in advance, which no batch does, only a flood of
   * packets or connections.
   */
  function exhausted({ rate, day }: Share): ErrorCode | undefined {
    if (day.level(now()) <= 0) return 'DEVICE_OVER_DAY'
    return rate.level(now()) < -burstReadings ? 'DEVICE_OVER_RATE' : undefined
  }

  return {
    get bytes() {
      return bytes
    },
    of: (device) => shares.getOrInsertComputed(device, () => create(device)),
    hold(share, more) {
      share.bytes += more
      bytes += more
    },
    messageTaken({ rate, day }, readings, facts) {
      rate.take(readings, now())
      day.take(facts, now())
    },
    overShare: (share) => exhausted(share) ?? (share.rate.level(now()) <= 0 ? 'DEVICE_OVER_RATE' : undefined),
    packetRead: ({ rate }, packetBytes) => rate.take(Math.max(1, packetBytes / BYTES_PER_READING), now()),
    connected(share) {
      share.connections += 1
      share.rate.take(CONNECT_COST, now())
    },
    disconnected(share) {
      share.connections -= 1
    },
    mayNotConnect: exhausted,
    mayBeRead: (share) =>
      share.bytes < Math.max(least, (maxBytes - bytes) * PART_OF_FREE) && exhausted(share) === undefined,
    sweep() {
      for (const [device, { bytes: held, connections, rate, day }] of shares) {
        const isWhole = rate.level(now()) >= burstReadings && day.level(now()) >= factsPerDay
        if (held === 0 && connections === 0 && isWhole) shares.delete(device)
      }
    },
  }
}
