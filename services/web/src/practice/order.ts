import type { PatientRow } from '@cufflink/contracts'
import type { TrackedRow } from '../live/practice-state.ts'

export type SortKey = 'name' | 'days' | 'last'
export type Order = { readonly key: SortKey; readonly direction: 'ascending' | 'descending' }

const collator = new Intl.Collator('en-US', { sensitivity: 'base', numeric: true })

const byName = (a: PatientRow, b: PatientRow): number =>
  collator.compare(a.name, b.name) || collator.compare(a.patient, b.patient)

/** Who never sent a reading comes before everybody who did. */
const lastOf = (row: PatientRow): number => row.lastReadingAt ?? 0

const comparisons = {
  name: byName,
  days: (a, b) => a.dataDays - b.dataDays,
  last: (a, b) => lastOf(a) - lastOf(b),
} as const satisfies Record<SortKey, (a: PatientRow, b: PatientRow) => number>

/** Rows that compare equal stay in the order of their names, whichever the direction. */
export const sorted = (rows: Iterable<TrackedRow>, order: Order): readonly TrackedRow[] => {
  const sign = order.direction === 'ascending' ? 1 : -1
  const compare = comparisons[order.key]
  return [...rows].sort((a, b) => sign * compare(a.row, b.row) || byName(a.row, b.row))
}

const firstDirection = { name: 'ascending', days: 'descending', last: 'descending' } as const

/** A header clicked again turns the order round. */
export const clicked = (order: Order, key: SortKey): Order => {
  if (order.key !== key) return { key, direction: firstDirection[key] }
  return { key, direction: order.direction === 'ascending' ? 'descending' : 'ascending' }
}

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
