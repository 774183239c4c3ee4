import { isDeepStrictEqual } from 'node:util'
import type { PatientRow, Window, WindowRequest } from '@cufflink/contracts'
import {
  comparing,
  firstOrder,
  type Order,
  ordered,
  type QuickFilter,
  quickFilterNames,
  quickFilters,
  searchedText,
  searchWords,
} from '@cufflink/contracts/list'

/** How a list is looked at: which rows, in which order. */
export type ListView = Pick<WindowRequest, 'order' | 'search' | 'quick'>

/** The rows of one view in their order, kept so with each change, for all its readers. */
export type HeldView = {
  /** How many rows match. */
  readonly length: number
  rows(first: number, count: number): PatientRow[]
  /** Ends the view with its last reader. */
  release(): void
}

/** The rows of a practice, in every order in which someone looks at them. */
export type PatientList = {
  readonly total: number
  /** Another object when a count is another. */
  readonly counts: Window['counts']
  get(patient: string): PatientRow | undefined
  all(): Iterable<PatientRow>
  /** @returns whether a row is another than before */
  update(rows: readonly PatientRow[]): boolean
  /** Takes out the row of a patient who is of the practice no longer. */
  remove(patient: string): void
  hold(view: ListView): HeldView
}

/** A patient. While the row is replaced, nothing that is sorted by it has it. */
type Entry = { row: PatientRow; text: string; filters: number }
type View = {
  readonly order: Order
  readonly compare: (a: PatientRow, b: PatientRow) => number
  readonly matches: (entry: Entry) => boolean
  entries: Entry[]
  readers: number
}

/** From this part of a list on, a change is quicker made by sorting everything. */
const SORTED_WHOLE = 1 / 16

export function createPatientList(): PatientList {
  const entries = new Map<string, Entry>()
  const byName = viewOf(firstOrder, () => true)
  /** By what they are of. */
  const held = new Map<string, View>()
  let counts: Window['counts'] = { call: 0, near: 0, missing: 0, working: 0 }

  const views = (): View[] => [byName, ...held.values()]

  /** Whether the order or the matches of a view are others by what a row becomes. */
  const movesIn = ({ compare, matches }: View, known: Entry | undefined, fresh: Entry): boolean =>
    known === undefined || matches(known) !== matches(fresh) || compare(known.row, fresh.row) !== 0

  function replaceOne(row: PatientRow): void {
    const known = entries.get(row.patient)
    const fresh = entryOf(row, known)
    const entry = known ?? fresh
    const moved = views().filter((view) => movesIn(view, known, fresh))
    if (known) for (const view of moved) if (view.matches(known)) takeOut(view, known)
    count(known, fresh)
    entries.set(row.patient, Object.assign(entry, fresh))
    for (const view of moved) if (view.matches(entry)) putIn(view, entry)
  }

  /** Names are compared once, for the order by name; the other orders are made from that one. A date that turns moves no row. */
  function replaceMany(rows: readonly PatientRow[]): void {
    const moved = new Set<View>()
    for (const row of rows) {
      const known = entries.get(row.patient)
      const fresh = entryOf(row, known)
      for (const view of views()) if (!moved.has(view) && movesIn(view, known, fresh)) moved.add(view)
      count(known, fresh)
      entries.set(row.patient, Object.assign(known ?? fresh, fresh))
      if (known === undefined) byName.entries.push(fresh)
    }
    if (moved.has(byName)) byName.entries.sort((a, b) => byName.compare(a.row, b.row))
    for (const view of held.values()) if (moved.has(view) || moved.has(byName)) fill(view)
  }

  function fill(view: View): void {
    view.entries = ordered(byName.entries.filter(view.matches), view.order)
  }

  function count(before: Entry | undefined, after: Entry | undefined): void {
    if (before?.filters === after?.filters) return
    const changed = quickFilterNames.map((name, index): [QuickFilter, number] => {
      const bit = 1 << index
      return [
        name,
        counts[name] + Number(((after?.filters ?? 0) & bit) > 0) - Number(((before?.filters ?? 0) & bit) > 0),
      ]
    })
    counts = Object.fromEntries(changed) as Window['counts'] // one of each name
  }

  return {
    get total() {
      return entries.size
    },
    get counts() {
      return counts
    },
    get: (patient) => entries.get(patient)?.row,
    *all() {
      for (const { row } of entries.values()) yield row
    },
    update(rows) {
      const changed = rows.filter((row) => !isDeepStrictEqual(row, entries.get(row.patient)?.row))
      if (changed.length > SORTED_WHOLE * entries.size) replaceMany(changed)
      else for (const row of changed) replaceOne(row)
      return changed.length > 0
    },
    remove(patient) {
      const known = entries.get(patient)
      if (known === undefined) return
      for (const view of views()) if (view.matches(known)) takeOut(view, known)
      count(known, undefined)
      entries.delete(patient)
    },
    hold({ order, search, quick }) {
      const words = searchWords(search)
      const wanted = filtersOf((name) => quick.includes(name))
      const name = JSON.stringify([order.key, order.direction, wanted, words])
      const view = held.getOrInsertComputed(name, () => {
        const made = viewOf(
          order,
          ({ filters, text }) => (filters & wanted) === wanted && words.every((word) => text.includes(word)),
        )
        fill(made)
        return made
      })
      view.readers += 1
      return {
        get length() {
          return view.entries.length
        },
        rows: (first, many) => view.entries.slice(first, first + many).map(({ row }) => row),
        release() {
          view.readers -= 1
          if (view.readers === 0) held.delete(name)
        },
      }
    },
  }
}

const viewOf = (order: Order, matches: View['matches']): View => ({
  order,
  compare: comparing(order),
  matches,
  entries: [],
  readers: 0,
})

const filtersOf = (holds: (name: QuickFilter) => boolean): number =>
  quickFilterNames.reduce((bits, name, index) => (holds(name) ? bits | (1 << index) : bits), 0)

const entryOf = (row: PatientRow, known: Entry | undefined): Entry => ({
  row,
  text: known !== undefined && known.row.name === row.name ? known.text : searchedText(row),
  filters: filtersOf((name) => quickFilters[name](row)),
})

/** Where a row stands, or would stand. */
function placeOf({ entries, compare }: View, row: PatientRow): number {
  let [from, to] = [0, entries.length]
  while (from < to) {
    const middle = (from + to) >> 1
    if (compare(entries[middle]!.row, row) < 0) from = middle + 1
    else to = middle
  }
  return from
}

const takeOut = (view: View, { row }: Entry): unknown => view.entries.splice(placeOf(view, row), 1)
const putIn = (view: View, entry: Entry): unknown => view.entries.splice(placeOf(view, entry.row), 0, entry)
