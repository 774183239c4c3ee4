import { failure } from '@cufflink/contracts'
import { AHEAD_TOLERATED_MS } from '@cufflink/devices'
import type { Clock, Logger } from '@cufflink/runtime'

/** So many devices must agree that it is later than this host thinks. */
const WITNESSES = 3
/** How far apart their clocks may be and still agree. */
const AGREEMENT_MS = 5 * 60_000
/** How long a device's word is remembered. */
const REMEMBERED_MS = 60 * 60_000
const MAX_DEVICES = 10_000
const LOOK_AGAIN_MS = 100

/** What a device's clock told, less the stopwatch at that moment: it stays true when the host's clock is set. */
type Word = { readonly offsetMs: number; readonly at: number }

/**
 * Whether several devices agree that it is later than the host's clock says, and are more than those that agree with the host.
 * `offsets` are the devices' clocks and `host` the host's, all less the same stopwatch, ms.
 */
export function isHostBehind(offsets: readonly number[], host: number): boolean {
  const ahead = offsets.filter((offset) => offset > host + AHEAD_TOLERATED_MS).toSorted((a, b) => a - b)
  const withHost = offsets.filter((offset) => Math.abs(offset - host) <= AHEAD_TOLERATED_MS).length
  const least = Math.max(WITNESSES, withHost + 1)
  return ahead.some((offset, index) => {
    const last = ahead[index + least - 1]
    return last !== undefined && last - offset <= AGREEMENT_MS
  })
}

export type HostClockOptions = {
  readonly clock: Clock
  readonly logger: Logger
  /** ms that only go forward, at the rate of the clock. */
  readonly stopwatch: () => number
  /** A person answers for the host's clock: devices that disagree are logged, and their readings taken as ahead. */
  readonly checked: boolean
}

/** Watches the host's clock by what devices tell: while it is suspect nothing may be acknowledged. */
export type HostClock = {
  readonly isTrusted: boolean
  /** A device's clock told an instant (ms) just now. */
  told(device: string, instant: number): void
  /** @throws {CufflinkError} HOST_CLOCK_SUSPECT */
  requireTrusted(): void
}

export function watchHostClock({ clock, logger, stopwatch, checked }: HostClockOptions): HostClock {
  const words = new Map<string, Word>()
  let isBehind = false
  let lookedAt = Number.NEGATIVE_INFINITY

  function told(device: string, instant: number): void {
    const now = stopwatch()
    const host = clock.now()
    // What was stored and comes late says nothing of the time now.
    if (instant < host - AHEAD_TOLERATED_MS) return
    words.delete(device)
    words.set(device, { offsetMs: instant - now, at: now })
    if (words.size > MAX_DEVICES) words.delete(words.keys().next().value!)
    if (isBehind || instant > host + AHEAD_TOLERATED_MS) look()
  }

  function look(): void {
    const now = stopwatch()
    if (now - lookedAt < LOOK_AGAIN_MS * clock.rate && words.size > 100) return
    lookedAt = now
    for (const [device, { at }] of words) {
      if (now - at <= REMEMBERED_MS) break
      words.delete(device)
    }
    const offsets = [...words.values()].map(({ offsetMs }) => offsetMs)
    const behind = isHostBehind(offsets, clock.now() - now)
    if (behind === isBehind) return
    isBehind = behind
    if (behind && checked)
      logger.warn('devices disagree with the clock of this host, which is taken as checked', {
        code: 'HOST_CLOCK_SUSPECT',
      })
    else if (behind)
      logger.error('the clock of this host is behind the devices', { code: 'HOST_CLOCK_SUSPECT' })
    else logger.info('the clock of this host agrees with the devices again')
  }

  function isTrusted(): boolean {
    if (isBehind) look()
    return checked || !isBehind
  }

  return {
    get isTrusted() {
      return isTrusted()
    },
    told,
    requireTrusted() {
      if (!isTrusted()) throw failure('HOST_CLOCK_SUSPECT')
    },
  }
}
