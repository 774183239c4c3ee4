import { firstDayOfMonth, monthIndexOfDay } from '@cufflink/folds'
import type { Days } from './locks.ts'

/** The calendar months that some days touch, by their index. */
export function monthsOf({ firstDay, lastDay }: Days): readonly number[] {
  const first = monthIndexOfDay(firstDay)
  return Array.from({ length: monthIndexOfDay(lastDay) - first + 1 }, (_, at) => first + at)
}

export const daysOfMonth = (monthIndex: number): Days => ({
  firstDay: firstDayOfMonth(monthIndex),
  lastDay: firstDayOfMonth(monthIndex + 1) - 1,
})
