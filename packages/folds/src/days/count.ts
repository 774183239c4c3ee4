import { dateOf, dayOf, type EpochDay } from '../time/calendar.ts'
import { zoneClock } from '../time/zone.ts'
import type { DaysDocument } from './document.ts'
import { readingsOf } from './standing.ts'

export type CountOptions = {
  /** The IANA zone of the dates. */
  readonly zone: string
  /** Local dates, both included. */
  readonly from?: string
  readonly to?: string
  /** Readings before this instant (epoch ms) are left out: monitoring had not begun. */
  readonly since?: number
}

export type DayCount = {
  /** How many readings each local date holds, dates ascending; dates without any are absent. */
  readonly readingsPerDate: ReadonlyMap<string, number>
  /** How many distinct dates have a reading. */
  readonly dates: number
  readonly lastReadingAt?: number
}

/** Readings per local date over any months of one patient, in any order; without those that were retracted or sent again. */
export function countDays(documents: readonly DaysDocument[], options: CountOptions): DayCount {
  const clock = zoneClock(options.zone)
  const from = options.from === undefined ? Number.NEGATIVE_INFINITY : dayOf(options.from)
  const to = options.to === undefined ? Number.POSITIVE_INFINITY : dayOf(options.to)
  const sinceSecond = Math.floor((options.since ?? 0) / 1000)
  const perDay = new Map<EpochDay, number>()
  let last = -1
  for (const { reading, fault } of readingsOf(documents)) {
    const { second } = reading
    const day = clock.dayAt(second)
    if (fault || day < from || day > to || second < sinceSecond) continue
    perDay.set(day, (perDay.get(day) ?? 0) + 1)
    last = Math.max(last, second)
  }
  const sorted = [...perDay].toSorted(([a], [b]) => a - b)
  const readingsPerDate = new Map(sorted.map(([day, count]) => [dateOf(day), count] as const))
  return { readingsPerDate, dates: perDay.size, ...(last < 0 ? {} : { lastReadingAt: last * 1000 }) }
}
