import { monthOf } from '@cufflink/rules'

const DAY_MS = 86_400_000

/** The month `count` months after another, `2026-10`; before it when negative. */
export const monthAfter = (month: string, count: number): string =>
  Temporal.PlainYearMonth.from(month).add({ months: count }).toString()

/** The UTC months that hold an instant from `from` to `to` (ms), in order. */
export function monthsBetween(from: number, to: number): string[] {
  const last = monthOf(to)
  const months = [monthOf(from)]
  while (months.at(-1)! < last) months.push(monthAfter(months.at(-1)!, 1))
  return months
}

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
  const first = Temporal.PlainDate.from(`${month}-01`)
  const months = [first.subtract({ days: 29 }), first.add({ months: 1 }).add({ days: 28 })]
  const [from, to] = months.map((date) => date.toPlainYearMonth()) as [
    Temporal.PlainYearMonth,
    Temporal.PlainYearMonth,
  ]
  const count = from.until(to, { largestUnit: 'months' }).months
  return Array.from({ length: count + 3 }, (_, index) => monthAfter(from.toString(), index - 1))
}

/** The UTC months of readings from an instant (ms) until another: a date may lie a day off in some zone. */
export const monthsOfReadings = (from: number, to: number): readonly string[] =>
  from > to ? [] : monthsBetween(from - DAY_MS, to + DAY_MS)

/** `2026-10` of months since 1970-01. */
export const monthOfIndex = (index: number): string => monthAfter('1970-01', index)
