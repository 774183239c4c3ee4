import type { StaffDay } from '@cufflink/contracts'

/** Who did how much of the practice’s date, most first. */
export const staffOf = (staff: ReadonlyMap<string, StaffDay>, date: string): readonly StaffDay[] =>
  [...staff.values()]
    .filter((day) => day.date === date && day.seconds > 0)
    .sort((a, b) => b.seconds - a.seconds || a.name.localeCompare(b.name))
