import type { Patch, PatientRow, StaffDay, Window, WindowRequest } from '@cufflink/contracts'
import { firstOrder } from '@cufflink/contracts/list'
import type { HeldView, PatientList } from './patient-list.ts'

/** What a reader gets without a request. */
export const firstWindow: Omit<WindowRequest, 'type'> = {
  order: firstOrder,
  search: '',
  quick: [],
  first: 0,
  count: 100,
}

/** What a window has in it. A row, a day of staff and the counts are the same objects until they change. */
export type Contents = Pick<Window, 'total' | 'matching' | 'counts'> & {
  readonly rows: readonly PatientRow[]
  readonly staff: readonly StaffDay[]
}

/** One reader's window of the list, and what of it the reader has. */
export type ListWindow = {
  /** Another window: all of it is news. */
  move(request: WindowRequest): void
  /** What the reader does not have yet; from then on the reader has it. */
  news(staff: readonly StaffDay[]): Window | Patch | undefined
  readonly version: number
  close(): void
}

/** What of a window changes with the whole practice. */
export type Heading = () => Pick<Window, 'practice' | 'clockRate' | 'now'>

export function openListWindow(list: PatientList, heading: Heading): ListWindow {
  let request = firstWindow
  let view: HeldView = list.hold(request)
  let sent: Contents | undefined
  let version = 0

  function compose(now: Contents): Omit<Window | Patch, 'version'> | undefined {
    if (sent === undefined)
      return { type: 'window', ...heading(), ...request, ...now } as Omit<Window, 'version'>
    const changed = difference(sent, now)
    return changed && { type: 'patch', now: heading().now, ...changed }
  }

  return {
    move({ type: _type, ...wanted }) {
      const before = view
      view = list.hold(wanted)
      before.release()
      request = wanted
      sent = undefined
    },
    news(staff) {
      const { total, counts } = list
      const rows = view.rows(request.first, request.count)
      const contents = { total, matching: view.length, counts, rows, staff }
      const message = compose(contents)
      if (message === undefined) return undefined
      sent = contents
      version += 1
      return { ...message, version } as Window | Patch
    },
    get version() {
      return version
    },
    close: () => view.release(),
  }
}

type Changed = Omit<Patch, 'type' | 'version' | 'now'>

/** What makes the one of the other; `undefined` when they are the same. */
export function difference(before: Contents, now: Contents): Changed | undefined {
  const rows = newIn(before.rows, now.rows)
  const staff = newIn(before.staff, now.staff)
  const ordered =
    before.rows.length === now.rows.length &&
    now.rows.every(({ patient }, place) => patient === before.rows[place]!.patient)
  const others = {
    ...(!ordered && { patients: now.rows.map(({ patient }) => patient) }),
    ...(now.total !== before.total && { total: now.total }),
    ...(now.matching !== before.matching && { matching: now.matching }),
    ...(now.counts !== before.counts && { counts: now.counts }),
  }
  const same = rows.length === 0 && staff.length === 0 && Object.keys(others).length === 0
  return same ? undefined : { ...others, rows, staff }
}

/** Most often they are the same, one by one. */
function newIn<Item extends object>(before: readonly Item[], now: readonly Item[]): Item[] {
  const first = now.findIndex((item, place) => item !== before[place])
  if (first === -1) return []
  const had = new Set(before)
  return now.slice(first).filter((item) => !had.has(item))
}
