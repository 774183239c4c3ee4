import { failure } from '@cufflink/contracts'
import { createRateSketch, type Rate, type RateCounter } from './rate-sketch.ts'

export type FairQueueOptions = {
  /** What is done at once, and how many of each tier may wait. */
  readonly atOnce: number
  readonly perTier: number
  /** Ms that only go forward. */
  readonly stopwatch: () => number
}

/** Who asks: the groups that they belong to, the widest first. `known` lanes are a tier before that of all others. */
export type Lane = { readonly groups: readonly string[]; readonly known: boolean }

export type FairQueue = {
  /**
   * Does it when its turn comes.
   * @throws {CufflinkError} SIGN_IN_THROTTLED when too many wait
   */
  run<Value>(lane: Lane, act: () => Promise<Value>): Promise<Value>
  /** Puts the lane's groups behind those that were set back less often. */
  setBack(lane: Lane): void
}

/** Set back once, a group is forgiven after ten minutes, and after five hours however often it was. */
const setBacks: Rate = { max: 30, perMs: 5 * 3_600_000 }
/** A full queue is worked off within about so long. */
const RETRY_AFTER_S = 4

type Waiting = { readonly groups: readonly RateCounter[]; start(): void; refuse(): void }

/**
 * A queue in which a flood delays no one but its own networks. The next is of the widest group that was set back least, there of the
 * group within it that was, and so on; when all places are taken, the newest of the largest group, found in the same way, gives way.
 */
export function createFairQueue({ atOnce, perTier, stopwatch }: FairQueueOptions): FairQueue {
  const sketch = createRateSketch({ ...setBacks, stopwatch })
  const known: Waiting[] = []
  const strangers: Waiting[] = []
  let running = 0

  const next = (tier: Waiting[]): Waiting | undefined =>
    take(
      tier,
      first(tier, (group) => group.counted()),
    )

  /** As many wait as may, and one more. */
  const giveWay = (tier: Waiting[]): void =>
    take(
      tier,
      first(tier.toReversed(), (group, waiting) => -group.counted() - waiting),
    )?.refuse()

  function wait(lane: Lane): Promise<void> {
    const tier = lane.known ? known : strangers
    return new Promise((start, reject) => {
      const groups = lane.groups.map((name) => sketch.counter(name))
      tier.push({ groups, start, refuse: () => reject(throttled()) })
      if (tier.length > perTier) giveWay(tier)
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
        const one = next(known) ?? next(strangers)
        if (one === undefined) running -= 1
        else one.start()
      }
    },
    setBack(lane) {
      for (const name of lane.groups) sketch.counter(name).count()
    },
  }
}

/** Goes down from the widest groups to the narrowest, each time into the one of the lowest rank; of equals, into the first. */
function first(
  tier: readonly Waiting[],
  rank: (group: RateCounter, waiting: number) => number,
): Waiting | undefined {
  let rest = tier
  for (let level = 0; level < (rest[0]?.groups.length ?? 0); level += 1) {
    const groupOf = ({ groups }: Waiting): RateCounter => groups[level]!
    const ranked = Map.groupBy(rest, (one) => groupOf(one).name)
      .values()
      .map((members) => ({ members, rank: rank(groupOf(members[0]!), members.length) }))
    rest = ranked.reduce((low, one) => (one.rank < low.rank ? one : low)).members
  }
  return rest[0]
}

function take(tier: Waiting[], one: Waiting | undefined): Waiting | undefined {
  if (one !== undefined) tier.splice(tier.indexOf(one), 1)
  return one
}

const throttled = (): Error => failure('SIGN_IN_THROTTLED', { retryAfterS: RETRY_AFTER_S })
