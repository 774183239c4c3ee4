const DAY_MS = 86_400_000

/** Every date from the first to the last, both included. */
export function datesOf({ start, end }: { readonly start: string; readonly end: string }): string[] {
  const days = (Date.parse(end) - Date.parse(start)) / DAY_MS + 1
  return Array.from({ length: days }, (_, day) =>
    new Date(Date.parse(start) + day * DAY_MS).toISOString().slice(0, 10),
  )
}
