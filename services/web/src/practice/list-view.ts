import type { TrackedRow } from '../live/practice-state.ts'
import { is, isText, listOf, shape } from '../live/shape.ts'
import type { QuickFilter } from './filters.ts'
import { holding, matching, quickFilterNames } from './filters.ts'
import type { Order } from './order.ts'
import { firstOrder, isOrder, sorted } from './order.ts'

/**
 * How a person looks at the list. It outlives the page, so that the list is as it was after a chart and after a reload. It is not in
 * the address: what is searched for is a patient's name.
 */
export type ListView = {
  readonly order: Order
  readonly filter: string
  readonly quick: readonly QuickFilter[]
}

export const firstView: ListView = { order: firstOrder, filter: '', quick: [] }

/** Changes how the list is looked at. */
export type OnView = (change: (before: ListView) => ListView) => void

export const isListView = shape<ListView>({
  order: isOrder,
  filter: isText,
  quick: listOf(is(...quickFilterNames)),
})

/** The rows that are shown, in their order. */
export const viewed = (
  rows: ReadonlyMap<string, TrackedRow>,
  { order, filter, quick }: ListView,
  places?: ReadonlyMap<string, number>,
): readonly TrackedRow[] => sorted(matching(holding([...rows.values()], quick), filter), order, places)
