import { isoDate } from './zoned.ts'

/** The calendar month of an instant in a zone: `2026-03`. */
export const localMonth = (instantMs: number, zone: string): string => isoDate(instantMs, zone).slice(0, 7)

/** The month so many months after `month`; both `2026-03`. */
export const addMonths = (month: string, months: number): string => {
  const [year = 0, number = 1] = month.split('-').map(Number)
  return new Date(Date.UTC(year, number - 1 + months)).toISOString().slice(0, 7)
}

const long = new Intl.DateTimeFormat('en-US', { timeZone: 'UTC', month: 'long', year: 'numeric' })

/** `March 2026` */
export const monthText = (month: string): string => long.format(Date.parse(`${month}-01`))
