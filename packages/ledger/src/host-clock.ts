import { failure } from '@cufflink/contracts'

/** How far this machine's clock may be before the ledger's last fact: clocks are corrected by seconds, and hosts differ by as much. */
export const CLOCK_TOLERANCE_MS = 3_600_000

/** What this machine's clock says, ms since 1970: it is this clock that is checked, at the start and for the next start. */
// oxlint-disable-next-line eslint/no-restricted-properties -- the wall clock is the subject here
export const hostNow = (): number => Date.now()

/** @throws {CufflinkError} CLOCK_BEFORE_LEDGER */
export function refuseEarlyClock(now: number, lastFactAt: number): void {
  if (now >= lastFactAt - CLOCK_TOLERANCE_MS) return
  const [clock, last] = [now, lastFactAt].map((ms) => new Date(ms).toISOString())
  throw failure('CLOCK_BEFORE_LEDGER', {
    detail: `The clock says ${clock}, the last fact was written ${last}.`,
  })
}
