/** `2026-10-25`, of an instant (epoch s) in an IANA zone. */
export const dateAt = (second: number, zone: string): string =>
  Temporal.Instant.fromEpochMilliseconds(second * 1000)
    .toZonedDateTimeISO(zone)
    .toPlainDate()
    .toString()

/** The first second (epoch) of a date in a zone. */
export const startOf = (date: string, zone: string): number =>
  Math.floor(
    Temporal.PlainDate.from(date).toZonedDateTime({ timeZone: zone }).startOfDay().epochMilliseconds / 1000,
  )

export const dateAfter = (date: string, days: number): string =>
  Temporal.PlainDate.from(date).add({ days }).toString()

/** The dates from one to another, both included. */
export function datesBetween(start: string, end: string): string[] {
  const dates: string[] = []
  for (let date = start; date <= end; date = dateAfter(date, 1)) dates.push(date)
  return dates
}

/** A calendar month, `2026-10`, of a zone: its first instant and that of the next, ms. */
export function monthIn(month: string, zone: string): { readonly from: number; readonly to: number } {
  const first = Temporal.PlainDate.from(`${month}-01`)
  return {
    from: startOf(first.toString(), zone) * 1000,
    to: startOf(first.add({ months: 1 }).toString(), zone) * 1000,
  }
}
