import type { PatientRow } from '@cufflink/contracts'
import type { TrackedRow } from '../live/practice-state.ts'
import { isNearMark, isNotSetUp, needsCall } from './marks.ts'

/** What is asked for most often, each by a button. */
export const quickFilters = {
  call: { text: 'Needs a call', holds: needsCall },
  near: { text: 'Near a threshold', holds: isNearMark },
  missing: { text: 'Not set up', holds: isNotSetUp },
  working: { text: 'Someone is on it', holds: ({ working }) => working.length > 0 },
} as const satisfies Record<string, { text: string; holds: (row: PatientRow) => boolean }>

export type QuickFilter = keyof typeof quickFilters
export const quickFilterNames = Object.keys(quickFilters) as readonly QuickFilter[] // the keys of a literal

/** Text without case and accents. */
const plain = (text: string): string =>
  text
    .normalize('NFD')
    .replace(/\p{Mn}/gu, '')
    .toLowerCase()

/** The rows whose name and id together hold every word of `filter`. */
export const matching = (rows: readonly TrackedRow[], filter: string): readonly TrackedRow[] => {
  const words = plain(filter).split(/\s+/).filter(Boolean)
  if (words.length === 0) return rows
  return rows.filter(({ row }) => {
    const text = plain(`${row.name} ${row.patient}`)
    return words.every((word) => text.includes(word))
  })
}

/** The rows of which every one of the quick filters holds. */
export const holding = (
  rows: readonly TrackedRow[],
  filters: readonly QuickFilter[],
): readonly TrackedRow[] =>
  filters.length === 0
    ? rows
    : rows.filter(({ row }) => filters.every((name) => quickFilters[name].holds(row)))

/** Of how many rows each quick filter holds. */
export const countsOf = (rows: Iterable<TrackedRow>): Readonly<Record<QuickFilter, number>> => {
  const counts = { call: 0, near: 0, missing: 0, working: 0 }
  for (const { row } of rows) {
    for (const name of quickFilterNames) if (quickFilters[name].holds(row)) counts[name] += 1
  }
  return counts
}

/** Puts a filter in, or takes it out. */
export const toggled = (filters: readonly QuickFilter[], name: QuickFilter): readonly QuickFilter[] =>
  filters.includes(name) ? filters.filter((one) => one !== name) : [...filters, name]
