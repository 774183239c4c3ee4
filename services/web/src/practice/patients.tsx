import type { SortKey } from '@cufflink/contracts/list'
import { useCallback, useState } from 'react'
import type { PatientList } from '../live/practice-state.ts'
import { isoDate } from '../time/zoned.ts'
import type { ListView, OnView } from './list-view.ts'
import { clicked } from './list-view.ts'
import { PatientTable } from './patient-table.tsx'
import { Shortcuts } from './shortcuts.tsx'
import { Today } from './today.tsx'
import { staffOf } from './today-staff.ts'
import { Toolbar } from './toolbar.tsx'
import { useListKeys } from './use-list-keys.ts'
import { useStaffNames } from './use-staff-names.ts'

type PatientsProps = {
  list: PatientList
  /** The list as it was last of the view, and where somebody looks; nothing before it came. */
  shown: PatientList | undefined
  view: ListView
  onView: OnView
  now: number
  wallMs: number
}

export const Patients = ({ list, shown, view, onView, now, wallMs }: PatientsProps) => {
  const [isHelping, setHelping] = useState(false)
  const help = useCallback(() => setHelping(true), [])
  useListKeys(help)
  const sort = useCallback(
    (key: SortKey) => onView((before) => ({ ...before, order: clicked(before.order, key) })),
    [onView],
  )
  const { practice, staff, counts, total } = list.window
  const names = useStaffNames(staff)
  return (
    <>
      <Today staff={staffOf(staff, isoDate(now, practice.zone))} />
      <Toolbar
        {...{ view, onView, counts, total }}
        matching={shown?.window.matching ?? total}
        onHelp={help}
      />
      <PatientTable
        practice={practice.id}
        rows={shown?.window.rows ?? []}
        rises={list.rises}
        names={names}
        order={view.order}
        onSort={sort}
        {...{ now, wallMs }}
      />
      {shown?.window.matching === 0 ? <p className="empty">No patient is like that.</p> : null}
      {isHelping ? <Shortcuts onClose={() => setHelping(false)} /> : null}
    </>
  )
}
