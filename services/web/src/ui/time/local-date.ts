const dayMs = 86_400_000
const short = new Intl.DateTimeFormat('en-US', { timeZone: 'UTC', month: 'short', day: 'numeric' })
const withWeekday = new Intl.DateTimeFormat('en-US', {
  timeZone: 'UTC',
  weekday: 'short',
  month: 'short',
  day: 'numeric',
})

/** The date `days` after `date`; both ISO 8601. A calendar has no zone, so this is UTC arithmetic. */
export const addDays = (date: string, days: number): string =>
  new Date(Date.parse(date) + days * dayMs).toISOString().slice(0, 10)

/** `Mar 4` */
export const dateText = (date: string): string => short.format(Date.parse(date))

/** `Wed, Mar 4` */
export const weekdayText = (date: string): string => withWeekday.format(Date.parse(date))
