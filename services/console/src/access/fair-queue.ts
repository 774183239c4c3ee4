import { failure } from '@cufflink/contracts'

/** What is done at once, how many may wait in one lane, and how many of each tier over all lanes. */
export type QueueBounds = { readonly atOnce: number; readonly perLane: number; readonly perTier: number }

/** Whose turn it is: lanes of a tier take turns; `known` lanes go before all others. */
export type Lane = { readonly name: string; readonly known: boolean }

export type FairQueue = {
  /**
   * Does it when its turn comes.
   * @throws {CufflinkError} SIGN_IN_THROTTLED when too many wait
   */
  run<Value>(lane: Lane, act: () => Promise<Value>): Promise<Value>
}

/** A full queue is worked off within about so long. */
const RETRY_AFTER_S = 4

type Waiting = { start(): void; refuse(): void }
/** By lane, the one that is next first. */
type Tier = Map<string, Waiting[]>

/**
 * A queue in which someone with many requests delays no one but themselves: lanes take turns, and when all places are taken the
 * longest lane gives one up.
 */
export function createFairQueue({ atOnce, perLane, perTier }: QueueBounds): FairQueue {
  const known: Tier = new Map()
  const strangers: Tier = new Map()
  let running = 0

  function next(): Waiting | undefined {
    for (const tier of [known, strangers]) {
      for (const [name, lane] of tier) {
        const first = lane.shift()
        tier.delete(name)
        if (lane.length > 0) tier.set(name, lane)
        if (first !== undefined) return first
      }
    }
    return undefined
  }

  function wait(lane: Lane): Promise<void> {
    const tier = lane.known ? known : strangers
    const own = tier.get(lane.name) ?? []
    const lanes = [...tier.values()]
    const isFull = lanes.reduce((sum, { length }) => sum + length, 0) >= perTier
    const longest = lanes.reduce((long, one) => (one.length > long.length ? one : long), own)
    if (own.length >= perLane || (isFull && longest.length <= own.length + 1))
      return Promise.reject(throttled())
    if (isFull) longest.pop()?.refuse()
    return new Promise((resolve, reject) => {
      own.push({ start: resolve, refuse: () => reject(throttled()) })
      tier.set(lane.name, own)
    })
  }

  return {
    async run(lane, act) {
      if (running < atOnce) running += 1
      else await wait(lane)
      try {
        return await act()
      } finally {
        // The next takes the place over, so that no one slips in between.
        const first = next()
        if (first === undefined) running -= 1
        else first.start()
      }
    },
  }
}

const throttled = (): Error => failure('SIGN_IN_THROTTLED', { retryAfterS: RETRY_AFTER_S })
