import { failure } from '@cufflink/contracts'

/** How far this machine's clock may be before the ledger's last fact: clocks are corrected by seconds, and hosts differ by as much. */
export const CLOCK_TOLERANCE_MS = 3_600_000

/** @throws {CufflinkError} CLOCK_BEFORE_LEDGER */
export function refuseEarlyClock(now: number, lastFactAt: number): void {
  if (now >= lastFactAt - CLOCK_TOLERANCE_MS) return
  const [clock, last] = [now, lastFactAt].map((ms) => new Date(ms).toISOString())
  throw failure('CLOCK_BEFORE_LEDGER', {
    detail: `The clock says ${clock}, the last fact was written ${last}.`,
  })
}
