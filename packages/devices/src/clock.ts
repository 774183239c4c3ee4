import type { ClockQuality, ErrorCode } from '@cufflink/contracts'

/** A clock that shows less was never set: epoch 0 and 2000-01-01 are what such clocks begin at. */
const SET_CLOCK_FROM_MS = 1_577_836_800_000 // 2020-01-01T00:00:00Z
const AHEAD_TOLERATED_MS = 10 * 60_000
/** Numbers below are seconds: in milliseconds they would be before 1973, in seconds they reach to 5138. */
const SECONDS_BELOW = 1e11

export type MeasuredAt = { readonly measuredAt: number; readonly clockQuality: ClockQuality }

/**
 * When a reading was measured, from what the device says: seconds or milliseconds since 1970, or ISO 8601 with its zone.
 * Without it, or from a clock that was never set, the instant of receipt. `guessed`: the device says it estimated.
 */
export function measuredAtOf(given: unknown, guessed: boolean, receivedAt: number): MeasuredAt | ErrorCode {
  if (given === undefined) return { measuredAt: receivedAt, clockQuality: 'receipt' }
  const instant = typeof given === 'number' ? instantOfNumber(given) : instantOfText(given)
  if (instant === undefined) return 'PAYLOAD_UNKNOWN'
  if (instant > receivedAt + AHEAD_TOLERATED_MS) return 'CLOCK_AHEAD'
  if (instant < SET_CLOCK_FROM_MS) return { measuredAt: receivedAt, clockQuality: 'receipt' }
  return { measuredAt: instant, clockQuality: guessed ? 'estimated' : 'synced' }
}

const instantOfNumber = (given: number): number => Math.floor(given < SECONDS_BELOW ? given * 1000 : given)

// RFC 3339 with a space of freedom: the seconds may be missing, and the colon of the zone.
const zonedInstant = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)$/

function instantOfText(given: unknown): number | undefined {
  if (typeof given !== 'string' || given.length > 35 || !zonedInstant.test(given)) return undefined
  try {
    return Temporal.Instant.from(given).epochMilliseconds
  } catch {
    return undefined // no such date, such as the 30th of February
  }
}
