import type { ErrorCode } from '@cufflink/contracts'
import { AHEAD_TOLERATED_MS } from '@cufflink/devices'
import { isPossibleNow, type Ledger } from '@cufflink/ledger'
import type { Clock, Logger } from '@cufflink/runtime'
import { createWitnesses, type Witnesses } from './witnesses.ts'

const LOOK_EVERY_MS = 1_000

export type HostClockOptions = {
  readonly clock: Clock
  readonly logger: Logger
  readonly ledger: Pick<Ledger, 'hostIsEarly'>
  /** ms that only go forward, at the rate of the clock. */
  readonly stopwatch: () => number
  /** A person answers for the host's clock: devices that disagree are logged, and their readings taken as ahead. */
  readonly checked: boolean
}

/**
 * Watches the host's clock, by which readings without a clock are dated: while it is suspect nothing is put on the ledger or acknowledged.
 * It is when it shows what cannot be, when it was set back to before what the ledger holds, and when devices agree on another time.
 */
export type HostClock = {
  readonly isTrusted: boolean
  readonly told: Witnesses['told']
  /** Looks again though no message asks. Resolves once the ledger was asked, if it had to be. */
  look(): Promise<void>
  close(): void
}

export function watchHostClock({ clock, logger, ledger, stopwatch, checked }: HostClockOptions): HostClock {
  const witnesses = createWitnesses({ clock, stopwatch })
  const apart = (): number => clock.now() - stopwatch()
  /** How far the clock was ahead of the stopwatch when it was last known to be no earlier than the ledger. */
  let known = apart()
  let doubt: ErrorCode | undefined
  let warned = false
  let asking = false

  function isSetBack(): boolean {
    const now = apart()
    if (now > known) known = now
    return now < known - AHEAD_TOLERATED_MS
  }

  function doubtNow(): ErrorCode | undefined {
    if (!isPossibleNow(clock.now())) return 'CLOCK_IMPOSSIBLE'
    if (isSetBack()) return 'CLOCK_BEFORE_LEDGER'
    const disagree = witnesses.disagree()
    if (checked) warn(disagree)
    return disagree && !checked ? 'HOST_CLOCK_SUSPECT' : undefined
  }

  function warn(disagree: boolean): void {
    if (disagree === warned) return
    warned = disagree
    if (disagree)
      logger.warn('devices disagree with the clock of this host, which is taken as checked', {
        code: 'HOST_CLOCK_SUSPECT',
      })
    else logger.info('the clock of this host agrees with the devices again')
  }

  function check(): ErrorCode | undefined {
    const found = doubtNow()
    if (found === doubt) return doubt
    doubt = found
    if (doubt === undefined) logger.info('the clock of this host is trusted again')
    else logger.error('the clock of this host is suspect: nothing is acknowledged', { code: doubt })
    return doubt
  }

  /** A clock that was set back and wrote nothing later has been put right. Asked again: the ledger's time may have been reached. */
  async function look(): Promise<void> {
    if (check() !== 'CLOCK_BEFORE_LEDGER' || asking) return
    asking = true
    const before = apart()
    // A ledger that does not answer takes no readings either.
    const isEarly = await ledger.hostIsEarly().catch(() => true)
    asking = false
    if (!isEarly) known = before
    check()
  }

  const looking = setInterval(() => void look(), LOOK_EVERY_MS)
  return {
    get isTrusted() {
      return check() === undefined
    },
    told: witnesses.told,
    look,
    close: () => clearInterval(looking),
  }
}
