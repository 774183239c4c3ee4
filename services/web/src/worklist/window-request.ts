import type { Window, WindowRequest } from '@cufflink/contracts'
import type { ListView } from './list-view.ts'

/** What the server sends without being asked. */
export const firstCount = 100
/** How many lines the page shows at once: as many as may be asked for. */
export const pageSize = 500

type Wanted = Omit<WindowRequest, 'type'>

export const wantedWindow = (view: ListView, first: number): Wanted => ({ ...view, first, count: pageSize })

export const requestText = ({ order, search, quick, first, count }: Wanted): string =>
  JSON.stringify({ type: 'window.request', order, search, quick, first, count } satisfies WindowRequest)

/** Whether a window is what is wanted; the short one that comes without a request is better than nothing only. */
export const answers = (window: Window, wanted: Wanted, isFirst: boolean): boolean =>
  requestText({ ...window, count: 1 }) === requestText({ ...wanted, count: 1 }) &&
  (isFirst || window.count === wanted.count)
