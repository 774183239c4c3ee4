import { createDeviceQueue } from './device-queue.ts'
import { BYTES_PER_READING, type Share, type Shares, type Started, type Work } from './shares.ts'

export type FairQueueOptions = {
  readonly shares: Shares
  /** Facts on their way to the ledger, over all devices, beyond which nothing more is handed to it. */
  readonly maxFacts: number
  /** Whether anything may be handed to the ledger now. What comes meanwhile waits, as it does for a ledger that is away. */
  mayStart(): boolean
  /** ms that only go forward. */
  now(): number
}

/** Takes the messages of all devices to the ledger: at once while a device has little under way, else in turns. */
export type FairQueue = {
  /** Facts on their way to the ledger. */
  readonly facts: number
  /** Messages that wait for their turn. */
  readonly waiting: number
  submit(share: Share, work: Work): void
  /** A connection of the device was closed. While nothing may start, what waits and comes again is given up: its device has its share back. */
  closed(share: Share): void
  /** Hands nothing more to the ledger. */
  stop(): void
  /** Drops what waits. */
  close(): void
}

/** What a device may have at the ledger without waiting for its turn: a reading that it just took, or a few. */
const AT_ONCE_FACTS = 32
const AT_ONCE_BYTES = 4_096
/** Facts of a round of turns, and how long it hands them on, ms: what comes from a quiet device meanwhile has no more in front of it. */
const ROUND_FACTS = 32
const ROUND_MS = 1
/** After a round it rests so many times as long as that took: most of the gateway, the ledger and the machine is left to quiet devices. */
const REST_ROUNDS = 3
/** The longest rest, ms, after a round that waited for a ledger that was away. */
const MAX_REST_MS = 50
/** What a message occupies besides its payload. */
const OVERHEAD_BYTES = 256

/**
 * Round-robin over devices, a message each, in rounds: the next begins when all of one is durable and the queue has rested. A message
 * waits unparsed, so that what waits is as small as what was read. One beyond its device's rate waits until the rate allows it; so
 * does all that comes behind it.
 */
export function createFairQueue({ shares, maxFacts, mayStart, now }: FairQueueOptions): FairQueue {
  const queue = createDeviceQueue(schedule)
  let facts = 0
  let waiting = 0
  let stopped = false
  let restsUntil = 0
  /** Of the next round, until the one that is under way has ended. */
  let cancelRound: (() => void) | undefined

  function submit(share: Share, work: Work): void {
    shares.hold(share, heldBy(work))
    if (mayStartAtOnce(share, work) && start(share, work) !== undefined) return
    waiting += 1
    share.waiting.push(work)
    queue.enter(share)
    schedule()
  }

  const mayStartAtOnce = (share: Share, work: Work): boolean =>
    !stopped && facts < maxFacts && hasLittleToDo(share, work) && shares.overShare(share) === undefined

  function start(share: Share, work: Work): Promise<void> | undefined {
    const started = work.start()
    return started && settle(share, work, started)
  }

  async function settle(share: Share, work: Work, started: Started): Promise<void> {
    const { readings, facts: own, settled } = started
    shares.messageTaken(share, Math.max(1, readings, work.bytes / BYTES_PER_READING), own)
    facts += own
    share.facts += own
    await settled
    facts -= own
    share.facts -= own
    shares.hold(share, -heldBy(work))
    schedule()
  }

  function schedule(): void {
    if (stopped || queue.length === 0 || facts >= maxFacts) return
    if (mayStart()) cancelRound ??= after(restsUntil - now(), () => void takeRound())
    else queue.lookLater()
  }

  async function takeRound(): Promise<void> {
    const since = now()
    const maxNow = Math.min(facts + ROUND_FACTS, maxFacts)
    const turns: Promise<void>[] = []
    do {
      const share = queue.next()
      if (shares.overShare(share) === undefined) turns.push(takeTurn(share))
      else queue.rest(share)
    } while (queue.length > 0 && facts < maxNow && now() < since + ROUND_MS && mayStart())
    await Promise.all(turns)
    restsUntil = now() + Math.min(REST_ROUNDS * (now() - since), MAX_REST_MS)
    cancelRound = undefined
    schedule()
  }

  function takeTurn(share: Share): Promise<void> {
    const [work] = share.waiting
    const turn = work && start(share, work)
    if (turn !== undefined) {
      share.waiting.shift()
      waiting -= 1
    }
    if (share.waiting.length > 0) queue.enter(share)
    return turn ?? Promise.resolve()
  }

  function closed(share: Share): void {
    if (stopped || mayStart()) return
    for (const work of takeLapsing(share)) {
      waiting -= 1
      shares.hold(share, -heldBy(work))
      work.lapse()
    }
  }

  function stop(): void {
    stopped = true
    cancelRound?.()
    queue.stop()
  }

  return {
    get facts() {
      return facts
    },
    get waiting() {
      return waiting
    },
    submit,
    closed,
    stop,
    close() {
      stop()
      for (const share of queue.all()) for (const work of share.waiting.splice(0)) work.drop()
      waiting = 0
    },
  }
}

const heldBy = ({ bytes }: Work): number => bytes + OVERHEAD_BYTES

function takeLapsing({ waiting }: Share): readonly Work[] {
  const { lapsing = [], staying = [] } = Object.groupBy(waiting.splice(0), ({ comesAgain }) =>
    comesAgain ? 'lapsing' : 'staying',
  )
  waiting.push(...staying)
  return lapsing
}

const hasLittleToDo = (share: Share, { bytes }: Work): boolean =>
  share.waiting.length === 0 && share.facts < AT_ONCE_FACTS && bytes <= AT_ONCE_BYTES

/** @returns what cancels it */
function after(ms: number, act: () => void): () => void {
  if (ms <= 0) {
    const immediate = setImmediate(act)
    return () => clearImmediate(immediate)
  }
  const timer = setTimeout(act, ms)
  return () => clearTimeout(timer)
}
