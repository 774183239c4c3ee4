import type { TrackedRow } from '../live/practice-state.ts'
import type { QuickFilter } from './filters.ts'
import { holding, matching } from './filters.ts'
import type { Order } from './order.ts'
import { firstOrder, sorted } from './order.ts'

/** How somebody looks at the list. It outlives the page, so that whoever comes back from a chart finds the list as it was. */
export type ListView = {
  readonly order: Order
  readonly filter: string
  readonly quick: readonly QuickFilter[]
}

export const firstView: ListView = { order: firstOrder, filter: '', quick: [] }

/** The rows that are shown, in their order. */
export const viewed = (
  rows: ReadonlyMap<string, TrackedRow>,
  { order, filter, quick }: ListView,
  places?: ReadonlyMap<string, number>,
): readonly TrackedRow[] => sorted(matching(holding([...rows.values()], quick), filter), order, places)
