import { DAY_S, dateOf, type EpochDay } from './calendar.ts'

/** A stretch of one zone's time with one offset, in epoch seconds, `to` exclusive. */
type Stretch = { readonly from: number; readonly to: number; readonly offsetS: number }

/** Turns instants into local days of one zone. Exact at clock changes; asks Temporal once per stretch between two. */
export type ZoneClock = {
  readonly zone: string
  /** Seconds east of UTC at an instant (epoch seconds). */
  offsetAt(second: number): number
  /** The local day that holds an instant. */
  dayAt(second: number): EpochDay
  /** The first instant (epoch second) of a local day; of the next that exists when the day was skipped. */
  startOf(day: EpochDay): number
}

const clocks = new Map<string, ZoneClock>()

/**
 * The clock of an IANA zone. Kept, one per zone name: there are some 600.
 * @throws {RangeError} when the zone is not in the IANA database
 */
export function zoneClock(zone: string): ZoneClock {
  const known = clocks.get(zone)
  if (known) return known
  const clock = createZoneClock(zone)
  clocks.set(zone, clock)
  return clock
}

function createZoneClock(zone: string): ZoneClock {
  const stretches: Stretch[] = []
  let latest = stretchAt(zone, 0)
  const find = (second: number): Stretch => {
    if (second >= latest.from && second < latest.to) return latest
    latest = stretches.find(({ from, to }) => second >= from && second < to) ?? learn(second)
    return latest
  }
  const learn = (second: number): Stretch => {
    const stretch = stretchAt(zone, second)
    stretches.push(stretch)
    return stretch
  }
  const offsetAt = (second: number): number => find(second).offsetS
  const dayAt = (second: number): EpochDay => Math.floor((second + offsetAt(second)) / DAY_S)
  const starts = new Map<EpochDay, number>()
  const startOf = (day: EpochDay): number => {
    const known = starts.get(day)
    if (known !== undefined) return known
    const start = Temporal.PlainDate.from(dateOf(day)).toZonedDateTime(zone).epochMilliseconds / 1000
    if (starts.size >= MAX_STARTS) starts.clear()
    starts.set(day, start)
    return start
  }
  return { zone, offsetAt, dayAt, startOf }
}

const MAX_STARTS = 4096

function stretchAt(zone: string, second: number): Stretch {
  const at = Temporal.Instant.fromEpochMilliseconds(second * 1000).toZonedDateTimeISO(zone)
  const next = at.getTimeZoneTransition('next')
  // "previous" is strictly before, so look from just after: a transition at this very second opens this stretch.
  const previous = at.add({ nanoseconds: 1 }).getTimeZoneTransition('previous')
  return {
    from: previous ? previous.epochMilliseconds / 1000 : Number.NEGATIVE_INFINITY,
    to: next ? next.epochMilliseconds / 1000 : Number.POSITIVE_INFINITY,
    offsetS: at.offsetNanoseconds / 1e9,
  }
}

/** The local date of an instant (epoch ms) in a zone, `2026-10-31`. */
export const localDate = (instantMs: number, zone: string): string =>
  dateOf(zoneClock(zone).dayAt(Math.floor(instantMs / 1000)))
