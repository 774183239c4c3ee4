import { useCallback, useDeferredValue, useMemo, useState } from 'react'
import type { PatientList } from '../live/practice-state.ts'
import { isoDate } from '../time/zoned.ts'
import { countsOf } from './filters.ts'
import type { ListView, OnView } from './list-view.ts'
import { viewed } from './list-view.ts'
import type { SortKey } from './order.ts'
import { clicked, placesByName } from './order.ts'
import { PatientTable } from './patient-table.tsx'
import { Shortcuts } from './shortcuts.tsx'
import { Today } from './today.tsx'
import { staffOf } from './today-staff.ts'
import { Toolbar } from './toolbar.tsx'
import { useGrowing } from './use-growing.ts'
import { useListKeys } from './use-list-keys.ts'
import { useStaffNames } from './use-staff-names.ts'

type PatientsProps = {
  list: PatientList
  view: ListView
  onView: OnView
  now: number
  wallMs: number
}

/** What somebody does is shown at once; the lines follow when there is time, also those that change by themselves. */
export const Patients = ({ list, view, onView, now, wallMs }: PatientsProps) => {
  const [isHelping, setHelping] = useState(false)
  const help = useCallback(() => setHelping(true), [])
  useListKeys(help)
  const wanted = useDeferredValue(view)
  const { rows, ...clocks } = useDeferredValue(
    useMemo(() => ({ rows: list.rows, now, wallMs }), [list.rows, now, wallMs]),
  )
  const shown = useShown(rows, wanted)
  const counts = useMemo(() => countsOf(rows.values()), [rows])
  const sort = useCallback(
    (key: SortKey) => onView((before) => ({ ...before, order: clicked(before.order, key) })),
    [onView],
  )
  return (
    <>
      <Today staff={staffOf(list.staff, isoDate(now, list.practice.zone))} />
      <Toolbar {...{ view, onView, counts }} shown={shown.count} all={rows.size} onHelp={help} />
      <PatientTable
        practice={list.practice.id}
        rows={shown.drawn}
        names={useStaffNames(list.staff)}
        order={view.order}
        onSort={sort}
        {...clocks}
      />
      {shown.count === 0 ? <p className="empty">No patient is like that.</p> : null}
      {isHelping ? <Shortcuts onClose={() => setHelping(false)} /> : null}
    </>
  )
}

const useShown = (rows: PatientList['rows'], view: ListView) => {
  const names = Array.from(rows.values(), ({ row }) => `${row.name} ${row.patient}`).join('\n')
  // Another name, another order; everything else of the rows may change without one.
  const places = useMemo(() => placesByName(rows.values()), [names])
  const all = useMemo(() => viewed(rows, view, places), [rows, view, places])
  const count = useGrowing(all.length, view)
  const drawn = useMemo(() => (count < all.length ? all.slice(0, count) : all), [all, count])
  return { count: all.length, drawn }
}
