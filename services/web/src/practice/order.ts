import type { PatientRow } from '@cufflink/contracts'
import type { TrackedRow } from '../live/practice-state.ts'
import { is, shape } from '../live/shape.ts'
import { isNotSetUp, needsCall } from './marks.ts'

export type SortKey = 'name' | 'days' | 'minutes' | 'call' | 'codes' | 'working' | 'last'
export type Order = { readonly key: SortKey; readonly direction: 'ascending' | 'descending' }

export const firstOrder: Order = { key: 'name', direction: 'ascending' }

export const isOrder = shape<Order>({
  key: is('name', 'days', 'minutes', 'call', 'codes', 'working', 'last'),
  direction: is('ascending', 'descending'),
})

const collator = new Intl.Collator('en-US', { sensitivity: 'base', numeric: true })

/** The place of each patient in the order of names, as people sort them. Dear, and the same until a name changes. */
export const placesByName = (rows: Iterable<TrackedRow>): ReadonlyMap<string, number> => {
  const inOrder = Array.from(rows, ({ row }) => row).sort(
    (a, b) => collator.compare(a.name, b.name) || collator.compare(a.patient, b.patient),
  )
  return new Map(inOrder.map(({ patient }, place) => [patient, place]))
}

/** What a row is worth in an order by number. */
const worths = {
  days: ({ dataDays }) => dataDays,
  minutes: ({ month }) => month.seconds,
  /** Who needs a call most comes last in ascending order, whoever was spoken to first. */
  call: (row) => (needsCall(row) ? 2 : Number(!row.month.conversation)),
  /** By units; of nothing, what is not set up is less. */
  codes: (row) => row.codes.reduce((sum, { units }) => sum + units, 0) || (isNotSetUp(row) ? -1 : 0),
  working: ({ working }) => working.length,
  /** Who never sent a reading comes before everybody who did. */
  last: ({ lastReadingAt }) => lastReadingAt ?? 0,
} as const satisfies Record<Exclude<SortKey, 'name'>, (row: PatientRow) => number>

/** Rows that compare equal stay in the order of their names, whichever the direction. */
export const sorted = (
  rows: readonly TrackedRow[],
  { key, direction }: Order,
  places = placesByName(rows),
): readonly TrackedRow[] => {
  const sign = direction === 'ascending' ? 1 : -1
  const placeOf = ({ row: { patient } }: TrackedRow) => places.get(patient) ?? 0
  const worthOf = key === 'name' ? placeOf : ({ row }: TrackedRow) => worths[key](row)
  return rows
    .map((tracked) => ({ tracked, place: placeOf(tracked), worth: worthOf(tracked) }))
    .sort((a, b) => sign * (a.worth - b.worth) || a.place - b.place)
    .map(({ tracked }) => tracked)
}

const firstDirection = (key: SortKey): Order['direction'] => (key === 'name' ? 'ascending' : 'descending')

/** A header clicked again turns the order round. */
export const clicked = (order: Order, key: SortKey): Order => {
  if (order.key !== key) return { key, direction: firstDirection(key) }
  return { key, direction: order.direction === 'ascending' ? 'descending' : 'ascending' }
}
