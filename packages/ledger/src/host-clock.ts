import { failure, LAST_INSTANT_MS } from '@cufflink/contracts'

/** How far this machine's clock may be before the ledger's last fact: clocks are corrected by seconds, and hosts differ by as much. */
export const CLOCK_TOLERANCE_MS = 10 * 60_000

/** 2025-01-01, the first date that the rules know: a machine that shows less lost its clock, whatever anybody says of it. */
const FIRST_POSSIBLE_MS = 1_735_689_600_000

/** What this machine's clock says, ms since 1970: it is this clock that is checked, at the start and for the next start. */
// oxlint-disable-next-line eslint/no-restricted-properties -- the wall clock is the subject here
export const hostNow = (): number => Date.now()

/** Whether a clock may show this at all. No reading, and no fact, may be dated by one that shows anything else. */
export const isPossibleNow = (now: number): boolean => now >= FIRST_POSSIBLE_MS && now < LAST_INSTANT_MS

/** Whether this machine's clock is well before an instant at which a fact was written. */
export const isHostBefore = (writtenAt: number): boolean => hostNow() < writtenAt - CLOCK_TOLERANCE_MS

/** @throws {CufflinkError} CLOCK_IMPOSSIBLE */
export function refuseImpossibleClock(): void {
  if (!isPossibleNow(hostNow())) throw failure('CLOCK_IMPOSSIBLE', { detail: clockSays() })
}

/** What the clock says, as a sentence. */
export const clockSays = (): string => `The clock says ${new Date(hostNow()).toISOString()}.`
