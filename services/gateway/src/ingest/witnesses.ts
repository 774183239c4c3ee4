import { AHEAD_TOLERATED_MS } from '@cufflink/devices'
import type { Clock } from '@cufflink/runtime'

/** So many devices must agree on another time than this host's. */
const WITNESSES = 3
/** How far apart their clocks may be and still agree. */
const AGREEMENT_MS = 5 * 60_000
/** How long a device's word is remembered. */
const REMEMBERED_MS = 60 * 60_000
const MAX_DEVICES = 10_000
const LOOK_AGAIN_MS = 100
/** A clock that is only adjusted does not move so far from the stopwatch at once. */
const SET_MS = 1_000

/** What a device's clock told, less the stopwatch at that moment: it stays true when the host's clock is set. */
type Word = { readonly offsetMs: number; readonly at: number }

/**
 * Whether several devices agree on another time than the host's clock says, and are more than those that agree with the host.
 * `offsets` are the devices' clocks and `host` the host's, all less the same stopwatch, ms.
 */
export function isHostAlone(offsets: readonly number[], host: number): boolean {
  const others = offsets
    .filter((offset) => Math.abs(offset - host) > AHEAD_TOLERATED_MS)
    .toSorted((a, b) => a - b)
  const least = Math.max(WITNESSES, offsets.length - others.length + 1)
  return others.some((offset, index) => {
    const last = others[index + least - 1]
    return last !== undefined && last - offset <= AGREEMENT_MS
  })
}

/** What the clocks of devices told lately. */
export type Witnesses = {
  /** A device's clock told an instant (ms) when the stopwatch showed `at`: now, or when a message came that waited since. */
  told(device: string, instant: number, at?: number): void
  /** Whether they disagree with the host's clock as it is now. Once they do, silence does not change it. */
  disagree(): boolean
}

export type WitnessesOptions = { readonly clock: Clock; readonly stopwatch: () => number }

export function createWitnesses({ clock, stopwatch }: WitnessesOptions): Witnesses {
  const words = new Map<string, Word>()
  let doDisagree = false
  let lookedAt = Number.NEGATIVE_INFINITY
  const hostOffset = (): number => clock.now() - stopwatch()
  let lookedAtHost = hostOffset()
  let news = false

  function told(device: string, instant: number, at = stopwatch()): void {
    // What waited, or is looked into again, says nothing about a clock that was set since.
    if (at < (words.get(device)?.at ?? at)) return
    const lateMs = at + hostOffset() - instant
    // What comes late was stored, or dated by a clock that was never set: neither says what time it is now.
    if (lateMs > AHEAD_TOLERATED_MS) return
    words.delete(device)
    words.set(device, { offsetMs: instant - at, at })
    if (words.size > MAX_DEVICES) words.delete(words.keys().next().value!)
    if (doDisagree || Math.abs(lateMs) > AHEAD_TOLERATED_MS) news = true
  }

  function forget(now: number): void {
    for (const [device, { at }] of words) {
      // A message that waited is told late: the words are not in the order of their instants.
      if (now - at > REMEMBERED_MS) words.delete(device)
    }
  }

  function disagree(): boolean {
    const now = stopwatch()
    const host = hostOffset()
    const isSet = Math.abs(host - lookedAtHost) > SET_MS * clock.rate
    if (!news && !isSet) return doDisagree
    if (!isSet && now - lookedAt < LOOK_AGAIN_MS * clock.rate && words.size > 100) return doDisagree
    lookedAt = now
    lookedAtHost = host
    news = false
    if (!doDisagree) forget(now)
    doDisagree = isHostAlone(
      [...words.values()].map(({ offsetMs }) => offsetMs),
      host,
    )
    return doDisagree
  }

  return { told, disagree }
}
