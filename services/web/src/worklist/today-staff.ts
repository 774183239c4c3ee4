import type { StaffDay } from '@cufflink/contracts'

/** Who did how much of the practice’s date, most first. */
export const staffOf = (staff: readonly StaffDay[], date: string): readonly StaffDay[] =>
  staff
    .filter((day) => day.date === date && day.seconds > 0)
    .toSorted((a, b) => b.seconds - a.seconds || a.name.localeCompare(b.name))
