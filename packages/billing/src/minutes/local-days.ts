import type { EpochDay, ZoneClock } from '@cufflink/folds'

/** Parts by the local date that holds them, split at local midnights; ms, dates in no order. */
export function perLocalDay<Part extends { readonly start: number; readonly end: number }>(
  parts: readonly Part[],
  clock: ZoneClock,
): ReadonlyMap<EpochDay, readonly Part[]> {
  const days = new Map<EpochDay, Part[]>()
  for (const part of parts) {
    for (let { start } = part; start < part.end; ) {
      const day = dayAt(start, clock)
      const end = Math.min(part.end, clock.startOf(day + 1) * 1000)
      const held = days.get(day)
      if (held) held.push({ ...part, start, end })
      else days.set(day, [{ ...part, start, end }])
      start = end
    }
  }
  return days
}

/** A date lasts from its first midnight to the next date's: a clock set back over midnight does not bring it back. */
function dayAt(instantMs: number, clock: ZoneClock): EpochDay {
  let day = clock.dayAt(Math.floor(instantMs / 1000))
  while (clock.startOf(day + 1) * 1000 <= instantMs) day += 1
  return day
}
