import type { ClockQuality, ErrorCode } from '@cufflink/contracts'

/** A clock that shows less was never set: epoch 0 and 2000-01-01 are what such clocks begin at. */
const SET_CLOCK_FROM_MS = 1_577_836_800_000 // 2020-01-01T00:00:00Z
/** So long before it is given to a patient a device can have measured what is hers: the assignment is typed days late, not months. */
const TYPED_LATE_MS = 31 * 86_400_000
export const AHEAD_TOLERATED_MS = 10 * 60_000
/** Numbers below are seconds: in milliseconds they would be before 1973, in seconds they reach to 5138. */
const SECONDS_BELOW = 1e11
/** No calendar has a later instant, nor an earlier one before 1970: such a number is no time at all. */
const LAST_TIME_MS = 8_640_000_000_000_000

/** When someone had a device; ms since 1970. */
export type Held = { readonly from: number; readonly to?: number | undefined }
/** When a payload came in, and when patients had the device; ms since 1970. */
export type Arrival = { readonly receivedAt: number; readonly assignments?: readonly Held[] }

/** `deviceTime` is what the clock showed where it was not believed. */
export type MeasuredAt = {
  readonly measuredAt: number
  readonly clockQuality: ClockQuality
  readonly deviceTime?: number
}

/**
 * When a reading was measured, from what the device says: seconds or milliseconds since 1970, or ISO 8601 with its zone.
 *
 * - no time, or a clock that was never set: the instant of receipt (`receipt`). Such clocks begin at 1970, at 2000, or at the date
 *   the firmware was made, which is long before the device had its patient.
 * - a clock more than ten minutes ahead: the instant of receipt, as a guess (`estimated`).
 * - `guessed`, the device says it estimated: its time, as a guess.
 * - a number beyond every calendar is no time: the reading cannot be read.
 */
export function measuredAtOf(given: unknown, guessed: boolean, arrival: Arrival): MeasuredAt | ErrorCode {
  const { receivedAt } = arrival
  if (given === undefined) return { measuredAt: receivedAt, clockQuality: 'receipt' }
  const instant = instantOf(given)
  if (instant === undefined || !(Math.abs(instant) <= LAST_TIME_MS)) return 'PAYLOAD_UNKNOWN'
  if (neverSet(instant, arrival))
    return { measuredAt: receivedAt, clockQuality: 'receipt', deviceTime: instant }
  if (instant > receivedAt + AHEAD_TOLERATED_MS)
    return { measuredAt: receivedAt, clockQuality: 'estimated', deviceTime: instant }
  return { measuredAt: instant, clockQuality: guessed ? 'estimated' : 'synced' }
}

/** Whether an instant is of a clock that no one has set. */
const neverSet = (instant: number, arrival: Arrival): boolean =>
  instant < SET_CLOCK_FROM_MS || isLongBeforeOwner(instant, arrival)

/** Whether no one had the device at an instant, and the one who got it next had it long after, and when the reading came in. */
function isLongBeforeOwner(instant: number, { receivedAt, assignments = [] }: Arrival): boolean {
  let next = Number.POSITIVE_INFINITY
  for (const { from, to = Number.POSITIVE_INFINITY } of assignments) {
    if (to <= from) continue // corrected away
    if (from <= instant && instant < to) return false
    if (from > instant && from < next) next = from
  }
  return next <= receivedAt && instant < next - TYPED_LATE_MS
}

const instantOf = (given: unknown): number | undefined => {
  if (typeof given === 'number') return instantOfNumber(given)
  if (typeof given !== 'string') return undefined
  return /^\d{9,13}$/.test(given) ? instantOfNumber(Number(given)) : instantOfText(given)
}

const instantOfNumber = (given: number): number => Math.floor(given < SECONDS_BELOW ? given * 1000 : given)

// RFC 3339 with a space of freedom: the seconds may be missing, and the colon of the zone.
const zonedInstant = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)$/

function instantOfText(given: string): number | undefined {
  if (given.length > 35 || !zonedInstant.test(given)) return undefined
  try {
    return Temporal.Instant.from(given).epochMilliseconds
  } catch {
    return undefined // no such date, such as the 30th of February
  }
}
