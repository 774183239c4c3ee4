import type { Share, Shares, Work } from './shares.ts'

export type FairQueueOptions = {
  readonly shares: Shares
  /** Facts on their way to the ledger, over all devices, beyond which nothing more is handed to it. */
  readonly maxFacts: number
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
  /** Hands nothing more to the ledger. */
  stop(): void
  /** Drops what waits. */
  close(): void
}

/** What a device may have at the ledger without waiting for its turn: a reading that it just took, or a few. */
const AT_ONCE_FACTS = 32
const AT_ONCE_BYTES = 4_096
/** Facts at the ledger while others wait for their turn: what comes from a quiet device meanwhile has no more in front of it. */
const FACTS_IN_TURNS = 250
/** How long it hands on in one go, ms: then sockets are read, so that a quiet device is not kept. */
const GO_MS = 2
const RATE_LOOK_MS = 25
/** Of the bytes of a message that counts as one reading; a batch of a thousand in full is 164 bytes each. */
const BYTES_PER_READING = 200
/** What a message occupies besides its payload. */
const OVERHEAD_BYTES = 256

/**
 * Round-robin over devices, a message each. A message waits unparsed, so that what waits is as small as what was read. One beyond
 * its device's rate waits until the rate allows it; so does all that comes behind it.
 */
export function createFairQueue({ shares, maxFacts, now }: FairQueueOptions): FairQueue {
  let line: Share[] = []
  /** Devices in the line that wait for their rate, or their day. */
  let resting: Share[] = []
  let facts = 0
  let factsInTurns = 0
  let waiting = 0
  let stopped = false
  let scheduled: NodeJS.Immediate | undefined
  let looking: NodeJS.Timeout | undefined

  function submit(share: Share, work: Work): void {
    shares.hold(share, work.bytes + OVERHEAD_BYTES)
    if (mayStartAtOnce(share, work)) return start(share, work, false)
    waiting += 1
    share.waiting.push(work)
    if (share.inLine) return
    share.inLine = true
    line.push(share)
    schedule()
  }

  const mayStartAtOnce = (share: Share, { bytes }: Work): boolean =>
    !stopped &&
    share.waiting.length === 0 &&
    share.facts < AT_ONCE_FACTS &&
    bytes <= AT_ONCE_BYTES &&
    facts < maxFacts &&
    shares.overShare(share) === undefined

  function start(share: Share, work: Work, inTurn: boolean): void {
    const { readings, facts: own, settled } = work.start()
    shares.messageTaken(share, Math.max(1, readings, work.bytes / BYTES_PER_READING), own)
    count(share, own, inTurn)
    void settled.then(() => {
      count(share, -own, inTurn)
      shares.hold(share, -work.bytes - OVERHEAD_BYTES)
      schedule()
    })
  }

  function count(share: Share, more: number, inTurn: boolean): void {
    facts += more
    share.facts += more
    if (inTurn) factsInTurns += more
  }

  const mayGoOn = (): boolean =>
    !stopped && line.length > 0 && factsInTurns < FACTS_IN_TURNS && facts < maxFacts

  function schedule(): void {
    if (mayGoOn()) scheduled ??= setImmediate(go)
  }

  function go(): void {
    scheduled = undefined
    const until = now() + GO_MS
    do {
      const share = line.shift()!
      if (shares.overShare(share) === undefined) takeTurn(share)
      else rest(share)
    } while (mayGoOn() && now() < until)
    schedule()
  }

  function takeTurn(share: Share): void {
    waiting -= 1
    start(share, share.waiting.shift()!, true)
    if (share.waiting.length > 0) line.push(share)
    else share.inLine = false
  }

  function rest(share: Share): void {
    resting.push(share)
    looking ??= setTimeout(look, RATE_LOOK_MS)
  }

  function look(): void {
    looking = undefined
    line = [...line, ...resting]
    resting = []
    schedule()
  }

  function stop(): void {
    stopped = true
    clearImmediate(scheduled)
    clearTimeout(looking)
  }

  return {
    get facts() {
      return facts
    },
    get waiting() {
      return waiting
    },
    submit,
    stop,
    close() {
      stop()
      for (const share of [...line, ...resting]) for (const work of share.waiting.splice(0)) work.drop()
      waiting = 0
    },
  }
}
