import type { Patch, PatientRow, Window } from './live/practice.ts'

/*
 * What the server and the page both know of a practice's list: marks, filters, orders, search, and how a patch is applied. It has an entry
 * of its own, as the schemas would bring their validator into the page's bundle.
 */

/** Seconds of a month at which another code begins; the usual thresholds of the rules (§3). */
export const minuteMarks = [600, 1_200, 2_400, 3_600] as const
/** Data-days of a period with which the code of 16 and more begins. */
export const dayMark = 16

const nearSeconds = 120
const nearDays = 2

/** The first mark that is not reached; none after the last. */
export const nextMark = (seconds: number): number | undefined => minuteMarks.find((mark) => seconds < mark)

type Met = Pick<PatientRow, 'month' | 'dataDays' | 'waitsFor'>

/** Enough time for a code, and no one spoke with the patient yet. */
export const needsCall = ({ month }: Met): boolean => month.seconds >= minuteMarks[0] && !month.conversation

/** A little more time, or another day or two, and another code is met. */
export const isNearMark = ({ month, dataDays }: Met): boolean => {
  const mark = nextMark(month.seconds)
  const isNearInTime = mark !== undefined && month.seconds > 0 && mark - month.seconds <= nearSeconds
  return isNearInTime || (dataDays < dayMark && dayMark - dataDays <= nearDays)
}

/** Something that someone must record is missing; a first reading comes by itself. */
export const isNotSetUp = ({ waitsFor }: Met): boolean => waitsFor.some((missing) => missing !== 'READING')

/** Of which rows each quick filter holds. */
export const quickFilters = {
  call: needsCall,
  near: isNearMark,
  missing: isNotSetUp,
  working: ({ working }) => working.length > 0,
} as const satisfies Record<string, (row: PatientRow) => boolean>

export type QuickFilter = keyof typeof quickFilters
export const quickFilterNames = Object.keys(quickFilters) as readonly QuickFilter[] // the keys of a literal

/** What a row is worth in an order by number. */
const worths = {
  days: ({ dataDays }) => dataDays,
  minutes: ({ month }) => month.seconds,
  /** Patients who need a call come last in ascending order, those who were spoken with first. */
  call: (row) => (needsCall(row) ? 2 : Number(!row.month.conversation)),
  /** By units; of nothing, what is not set up is less. */
  codes: (row) => row.codes.reduce((sum, { units }) => sum + units, 0) || (isNotSetUp(row) ? -1 : 0),
  working: ({ working }) => working.length,
  /** A patient who never sent a reading comes before all who did. */
  last: ({ lastReadingAt }) => lastReadingAt ?? 0,
} as const satisfies Record<string, (row: PatientRow) => number>

export type SortKey = 'name' | keyof typeof worths
export const sortKeys = [
  'name',
  'days',
  'minutes',
  'call',
  'codes',
  'working',
  'last',
] as const satisfies readonly SortKey[]
export type Order = { readonly key: SortKey; readonly direction: 'ascending' | 'descending' }
export const firstOrder: Order = { key: 'name', direction: 'ascending' }

const collator = new Intl.Collator('en-US', { sensitivity: 'base', numeric: true })
type Named = Pick<PatientRow, 'name' | 'patient'>

/** As people sort names; no two patients are equal. */
const byName = (a: Named, b: Named): number =>
  a.name === b.name && a.patient === b.patient
    ? 0
    : collator.compare(a.name, b.name) ||
      collator.compare(a.patient, b.patient) ||
      (a.patient < b.patient ? -1 : Number(a.patient > b.patient))

/** Rows of equal worth stay in the order of their names, in either direction. */
export function comparing({ key, direction }: Order): (a: PatientRow, b: PatientRow) => number {
  const sign = direction === 'ascending' ? 1 : -1
  if (key === 'name') return (a, b) => sign * byName(a, b)
  const worthOf = worths[key]
  return (a, b) => sign * (worthOf(a) - worthOf(b)) || byName(a, b)
}

/** Rows that are ordered by name, in another order. */
export function ordered<Item extends { readonly row: PatientRow }>(
  byName: readonly Item[],
  { key, direction }: Order,
): Item[] {
  if (key === 'name') return direction === 'ascending' ? [...byName] : byName.toReversed()
  const sign = direction === 'ascending' ? 1 : -1
  const worthOf = worths[key]
  return byName.toSorted((a, b) => sign * (worthOf(a.row) - worthOf(b.row)))
}

/** Text without case and accents. */
const plain = (text: string): string =>
  text
    .normalize('NFD')
    .replace(/\p{Mn}/gu, '')
    .toLowerCase()

/** The words of a search, each of which a patient's `searchedText` must hold. */
export const searchWords = (search: string): readonly string[] => plain(search).split(/\s+/).filter(Boolean)

/** What of a patient is searched: name and id. */
export const searchedText = ({ name, patient }: Named): string => plain(`${name} ${patient}`)

/** The window that a patch leaves of the one before; `undefined` when it is not a patch of that one: something was missed. */
export function patched(window: Window, patch: Patch): Window | undefined {
  if (patch.version !== window.version + 1) return undefined
  const known = new Map([...window.rows, ...patch.rows].map((row) => [row.patient, row]))
  const rows = (patch.patients ?? window.rows.map(({ patient }) => patient)).map((patient) =>
    known.get(patient),
  )
  if (!rows.every((row) => row !== undefined)) return undefined
  const { version, now, total = window.total, matching = window.matching, counts = window.counts } = patch
  const days = new Map([...window.staff, ...patch.staff].map((day) => [day.clinician, day]))
  return { ...window, version, now, total, matching, counts, rows, staff: [...days.values()] }
}
