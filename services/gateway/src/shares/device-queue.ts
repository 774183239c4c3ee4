import type { Share } from './shares.ts'

/** How often devices that may not be served now are looked at again. */
const LOOK_MS = 25

/** The devices that have messages waiting, in the order of their turns. */
export type DeviceQueue = {
  /** Devices that may be served; those that rest are not counted. */
  readonly length: number
  /** Puts a device at the end, unless it is in the queue. */
  enter(share: Share): void
  /** Whose turn it is; it is to enter again, or to rest, if it has more waiting. */
  next(): Share
  /** It cannot be served now, for its rate or its day: it is in the queue again at the next look. */
  rest(share: Share): void
  /** `look` is called soon. */
  lookLater(): void
  all(): readonly Share[]
  /** Looks no more. */
  stop(): void
}

/** @param look is called when those that rested are in the queue again */
export function createDeviceQueue(look: () => void): DeviceQueue {
  let queue: Share[] = []
  let resting: Share[] = []
  let looking: NodeJS.Timeout | undefined

  function lookLater(): void {
    looking ??= setTimeout(() => {
      looking = undefined
      queue = [...queue, ...resting]
      resting = []
      look()
    }, LOOK_MS)
  }

  return {
    get length() {
      return queue.length
    },
    enter(share) {
      if (!share.queued) queue.push(share)
      share.queued = true
    },
    next() {
      const share = queue.shift()!
      share.queued = false
      return share
    },
    rest(share) {
      share.queued = true
      resting.push(share)
      lookLater()
    },
    lookLater,
    all: () => [...queue, ...resting],
    stop: () => clearTimeout(looking),
  }
}
