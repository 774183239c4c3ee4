import type { Share } from './shares.ts'

/** How often devices that may not be served now are looked at again. */
const LOOK_MS = 25

/** The devices that have messages waiting, in the order of their turns. */
export type Line = {
  /** Devices that may be served; those that rest are not counted. */
  readonly length: number
  /** Puts a device at the end, unless it is in the line. */
  enter(share: Share): void
  /** Whose turn it is; it is to enter again, or to rest, if it has more waiting. */
  next(): Share
  /** It cannot be served now, for its rate or its day: it is in the line again at the next look. */
  rest(share: Share): void
  /** `look` is called soon. */
  lookLater(): void
  all(): readonly Share[]
  /** Looks no more. */
  stop(): void
}

/** @param look is called when those that rested are in the line again */
export function createLine(look: () => void): Line {
  let line: Share[] = []
  let resting: Share[] = []
  let looking: NodeJS.Timeout | undefined

  function lookLater(): void {
    looking ??= setTimeout(() => {
      looking = undefined
      line = [...line, ...resting]
      resting = []
      look()
    }, LOOK_MS)
  }

  return {
    get length() {
      return line.length
    },
    enter(share) {
      if (!share.inLine) line.push(share)
      share.inLine = true
    },
    next() {
      const share = line.shift()!
      share.inLine = false
      return share
    },
    rest(share) {
      share.inLine = true
      resting.push(share)
      lookLater()
    },
    lookLater,
    all: () => [...line, ...resting],
    stop: () => clearTimeout(looking),
  }
}
