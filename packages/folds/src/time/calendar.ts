/** Whole days since 1970-01-01, in whatever zone the caller thinks in. Dates are ISO 8601, `2026-10-31`. */
export type EpochDay = number

export const DAY_S = 86_400

/** The epoch day of a civil date; month 1–12. Proleptic Gregorian, by Hinnant's days_from_civil. */
export function epochDay(year: number, month: number, day: number): EpochDay {
  const shifted = month > 2 ? year : year - 1
  const era = Math.floor(shifted / 400)
  const yearOfEra = shifted - era * 400
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * 146_097 + dayOfEra - 719_468
}

type Civil = { readonly year: number; readonly month: number; readonly day: number }

/** The civil date of an epoch day, by Hinnant's civil_from_days. */
export function civil(day: EpochDay): Civil {
  const shifted = day + 719_468
  const era = Math.floor(shifted / 146_097)
  const dayOfEra = shifted - era * 146_097
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153)
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1,
  }
}

const pad = (value: number, width: number): string => String(value).padStart(width, '0')

const twoDigits = Array.from({ length: 100 }, (_, value) => pad(value, 2))

/** `2026-10-31` from an epoch day. */
export function dateOf(day: EpochDay): string {
  const { year, month, day: dayOfMonth } = civil(day)
  return `${pad(year, 4)}-${twoDigits[month]!}-${twoDigits[dayOfMonth]!}`
}

/** The epoch day of `2026-10-31`. @throws {RangeError} when it is no date of the calendar. */
export function dayOf(date: string): EpochDay {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(date)
  const day = match ? epochDay(Number(match[1]), Number(match[2]), Number(match[3])) : Number.NaN
  if (!match || dateOf(day) !== date) throw new RangeError(`not a calendar date: ${date}`)
  return day
}

/** Whether a text is a date of the calendar. */
export function isDate(text: string): boolean {
  try {
    return dateOf(dayOf(text)) === text
  } catch {
    return false
  }
}

/** Months since 1970-01, of an epoch day. */
export function monthIndexOfDay(day: EpochDay): number {
  const { year, month } = civil(day)
  return (year - 1970) * 12 + month - 1
}

/** The first epoch day of a month counted since 1970-01. */
export const firstDayOfMonth = (monthIndex: number): EpochDay =>
  epochDay(1970 + Math.floor(monthIndex / 12), (monthIndex % 12) + 1, 1)

/** `2026-10` from months since 1970-01. */
export const monthName = (monthIndex: number): string =>
  `${pad(1970 + Math.floor(monthIndex / 12), 4)}-${pad((monthIndex % 12) + 1, 2)}`

/** Months since 1970-01 of `2026-10`. @throws {RangeError} when it is no month. */
export function monthIndexOf(month: string): number {
  const match = /^(\d{4})-(0[1-9]|1[0-2])$/.exec(month)
  if (!match || Number(match[1]) < 1970) throw new RangeError(`not a month: ${month}`)
  return (Number(match[1]) - 1970) * 12 + Number(match[2]) - 1
}

/** The UTC month of an instant in ms, `2026-10`. */
export const utcMonth = (instantMs: number): string =>
  monthName(monthIndexOfDay(Math.floor(instantMs / (DAY_S * 1000))))
