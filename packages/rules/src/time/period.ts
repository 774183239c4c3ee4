import { dateOf, dayOf } from './calendar.ts'

export const PERIOD_DAYS = 30

/** One 30-day period of the grid: its number from 0, its first and its last local date. */
export type Period = { readonly index: number; readonly start: string; readonly end: string }

/** The k-th period W_k = [S + 30k, S + 30k + 29] of the grid anchored at S. */
export function periodOf(anchor: string, index: number, days: number = PERIOD_DAYS): Period {
  const start = dayOf(anchor) + days * index
  return { index, start: dateOf(start), end: dateOf(start + days - 1) }
}

/** The period of the grid that holds a local date; undefined before the anchor. */
export function periodAt(anchor: string, today: string, days: number = PERIOD_DAYS): Period | undefined {
  const since = dayOf(today) - dayOf(anchor)
  return since < 0 ? undefined : periodOf(anchor, Math.floor(since / days), days)
}
