import { dateOf, dayOf } from '@cufflink/folds'

/** Every date from the first to the last, both included. */
export function datesOf({ start, end }: { readonly start: string; readonly end: string }): string[] {
  const first = dayOf(start)
  return Array.from({ length: dayOf(end) - first + 1 }, (_, day) => dateOf(first + day))
}
