import { dayOf, firstDayOfMonth, monthIndexOf, monthIndexOfDay, monthName } from '../index.ts'

const DAY_MS = 86_400_000

/** The month `count` months after another, `2026-10`; before it when negative. */
export const monthAfter = (month: string, count: number): string => monthName(monthIndexOf(month) + count)

/** The UTC months that hold an instant from `from` to `to` (ms), in order. */
export const monthsBetween = (from: number, to: number): string[] => months(monthAt(from), monthAt(to))

const monthAt = (instant: number): number => Math.max(0, monthIndexOfDay(Math.floor(instant / DAY_MS)))

const months = (first: number, last: number): string[] =>
  Array.from({ length: last - first + 1 }, (_, at) => monthName(first + at))

/** The UTC months in which what touches a local month may have begun: a stretch is kept where it began. */
export const monthsAround = (month: string): readonly string[] => [
  monthAfter(month, -1),
  month,
  monthAfter(month, 1),
]

/**
 * The same of every month that a 30-day period with a date in this month touches: what is done there blocks the period's lines
 * here. From 31 January to 1 March it is three.
 */
export function monthsOfPeriods(month: string): readonly string[] {
  const from = dayOf(`${month}-01`) - 29
  const to = firstDayOfMonth(monthIndexOf(month) + 1) + 28
  return months(monthIndexOfDay(from) - 1, monthIndexOfDay(to) + 1)
}

/** The UTC months of readings from an instant (ms) until another: a date may lie a day off in some zone. */
export const monthsOfReadings = (from: number, to: number): readonly string[] =>
  from > to ? [] : monthsBetween(from - DAY_MS, to + DAY_MS)
