import { dateOf, dayOf, type EpochDay } from '../time/calendar.ts'
import { zoneClock } from '../time/zone.ts'
import type { DayReading, DaysDocument, DeviceDays } from './document.ts'
import { names } from './fold.ts'

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

/** Readings per local date over any months of one patient, in any order; retracted readings left out. */
export function countDays(documents: readonly DaysDocument[], options: CountOptions): DayCount {
  const clock = zoneClock(options.zone)
  const from = options.from === undefined ? Number.NEGATIVE_INFINITY : dayOf(options.from)
  const to = options.to === undefined ? Number.POSITIVE_INFINITY : dayOf(options.to)
  const sinceSecond = Math.floor((options.since ?? 0) / 1000)
  const perDay = new Map<EpochDay, number>()
  let last = -1
  for (const document of documents) {
    eachStanding(document, ({ second }) => {
      const day = clock.dayAt(second)
      if (day < from || day > to || second < sinceSecond) return
      perDay.set(day, (perDay.get(day) ?? 0) + 1)
      last = Math.max(last, second)
    })
  }
  const sorted = [...perDay].toSorted(([a], [b]) => a - b)
  const readingsPerDate = new Map(sorted.map(([day, count]) => [dateOf(day), count] as const))
  return { readingsPerDate, dates: perDay.size, ...(last < 0 ? {} : { lastReadingAt: last * 1000 }) }
}

/** The readings of a document that no retraction names, each with its device. */
export function eachStanding(
  document: DaysDocument,
  visit: (reading: DayReading, device: string) => void,
): void {
  for (const days of document.devices) {
    for (const reading of days.readings) if (!isRetracted(days, reading)) visit(reading, days.device)
  }
}

const isRetracted = (days: DeviceDays, reading: DayReading): boolean =>
  days.retractions.some((retraction) => names(retraction, reading))
