import type { WindowRequest } from '@cufflink/contracts'
import type { Order, QuickFilter, SortKey } from '@cufflink/contracts/list'
import { firstOrder, quickFilterNames, sortKeys } from '@cufflink/contracts/list'
import { is, isText, listOf, shape } from '../app/live/shape.ts'

/**
 * How a person looks at the list. It outlives the page, so that the list is as it was after a chart and after a reload. It is not in
 * the address: what is searched for is a patient's name.
 */
export type ListView = Pick<WindowRequest, 'order' | 'search' | 'quick'>

export const firstView: ListView = { order: firstOrder, search: '', quick: [] }

/** Changes how the list is looked at. */
export type OnView = (change: (before: ListView) => ListView) => void

export const isOrder = shape<Order>({ key: is(...sortKeys), direction: is('ascending', 'descending') })
export const isQuick = listOf(is(...quickFilterNames))
export const isListView = shape<ListView>({ order: isOrder, search: isText, quick: isQuick })

/** What is asked for most often, each by a button. */
export const quickFilterTexts = {
  call: 'Needs a call',
  near: 'Near a threshold',
  missing: 'Not set up',
  working: 'Someone is on it',
} as const satisfies Record<QuickFilter, string>

/** Puts a filter in, or takes it out. */
export const toggled = (filters: ListView['quick'], name: QuickFilter): ListView['quick'] =>
  filters.includes(name) ? filters.filter((one) => one !== name) : [...filters, name]

const firstDirection = (key: SortKey): Order['direction'] => (key === 'name' ? 'ascending' : 'descending')

/** A header clicked again turns the order round. */
export const clicked = (order: Order, key: SortKey): Order => {
  if (order.key !== key) return { key, direction: firstDirection(key) }
  return { key, direction: order.direction === 'ascending' ? 'descending' : 'ascending' }
}
