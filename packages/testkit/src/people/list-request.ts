import type { WindowRequest } from '@cufflink/contracts'
import { firstOrder } from '@cufflink/contracts/list'

/** The first rows of a practice's list by name: as many as may be asked for at once. */
export const listRequest: WindowRequest = {
  type: 'window.request',
  order: firstOrder,
  search: '',
  quick: [],
  first: 0,
  count: 500,
}
