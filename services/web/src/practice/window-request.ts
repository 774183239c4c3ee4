import type { WindowRequest } from '@cufflink/contracts'
import type { ListView } from './list-view.ts'

/** Lines of the list that can be seen, from the first to before the last, counted from 0. */
export type Seen = { readonly from: number; readonly to: number }
/** Before anything is measured. */
export const seenAtFirst: Seen = { from: 0, to: 20 }

/** Lines that are asked for above and below those that are seen; the window moves by so many. */
const margin = 30
const step = 20
/** What the server sends without being asked. */
export const firstCount = 100
const mostAtOnce = 500

type Wanted = Omit<WindowRequest, 'type'>

/** The window for what is seen: the same one while somebody scrolls a little. */
export const wantedWindow = (view: ListView, { from, to }: Seen): Wanted => {
  const first = Math.max(0, Math.floor((from - margin) / step) * step)
  const count = Math.max(firstCount, Math.ceil((to + margin - first) / step) * step)
  return { ...view, first, count: Math.min(count, mostAtOnce) }
}

export const requestText = ({ order, search, quick, first, count }: Wanted): string =>
  JSON.stringify({ type: 'window.request', order, search, quick, first, count } satisfies WindowRequest)

/** Whether a window is of the view, and shows a line of those that are seen, where there is one. */
export const shows = (
  window: Pick<WindowRequest, keyof ListView | 'first'> & {
    readonly matching: number
    readonly rows: readonly unknown[]
  },
  view: ListView,
  { from, to }: Seen,
): boolean => {
  const { first, rows, matching } = window
  const isOfView =
    requestText({ ...window, first: 0, count: 1 }) === requestText({ ...view, first: 0, count: 1 })
  return isOfView && (matching === 0 || (first < to && first + rows.length > Math.min(from, matching - 1)))
}
