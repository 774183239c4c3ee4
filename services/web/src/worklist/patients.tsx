import type { Window } from '@cufflink/contracts'
import type { SortKey } from '@cufflink/contracts/list'
import { useCallback, useMemo, useState } from 'react'
import type { PatientList } from '../app/live/practice-state.ts'
import { isoDate } from '../ui/time/zoned.ts'
import type { StaffNames } from './codes-cell.tsx'
import type { ListView, OnView } from './list-view.ts'
import { clicked } from './list-view.ts'
import { initialsOf } from './marks.ts'
import { PatientTable } from './patient-table.tsx'
import { Shortcuts } from './shortcuts.tsx'
import { Today } from './today.tsx'
import { staffOf } from './today-staff.ts'
import { Toolbar } from './toolbar.tsx'
import { useListKeys } from './use-list-keys.ts'
import { pageSize } from './window-request.ts'

type PatientsProps = {
  list: PatientList
  /** The list as it was last in the window that is wanted; nothing before it came. */
  shown: PatientList | undefined
  view: ListView
  onView: OnView
  /** Shows the lines from this one on, counted from 0. */
  onFirst: (first: number) => void
  now: number
  wallMs: number
}

export const Patients = ({ list, shown, view, onView, onFirst, now, wallMs }: PatientsProps) => {
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
      {shown === undefined ? null : <Parts {...shown.window} onFirst={onFirst} />}
      {isHelping ? <Shortcuts onClose={() => setHelping(false)} /> : null}
    </>
  )
}

type PartsProps = { first: number; matching: number; onFirst: (first: number) => void }

/** A list that is longer than what is shown at once, part by part. */
const Parts = ({ first, matching, onFirst }: PartsProps) => {
  const turn = (to: number) => {
    onFirst(to)
    window.scrollTo(0, 0)
  }
  if (matching <= pageSize && first === 0) return null
  return (
    <nav className="parts" aria-label="Parts of the list">
      <button type="button" className="act" disabled={first === 0} onClick={() => turn(first - pageSize)}>
        Previous {pageSize}
      </button>
      <span className="quiet">
        {Math.min(first + 1, matching)} to {Math.min(first + pageSize, matching)} of {matching}
      </span>
      <button
        type="button"
        className="act"
        disabled={first + pageSize >= matching}
        onClick={() => turn(first + pageSize)}
      >
        Next {pageSize}
      </button>
    </nav>
  )
}

/** The same object while the names are the same: minutes of staff change often, and each line has the names. */
const useStaffNames = (staff: Window['staff']): StaffNames => {
  const text = JSON.stringify(staff.map(({ clinician, name }) => [clinician, name]))
  return useMemo(() => {
    const named = JSON.parse(text) as [string, string][] // as written one line above
    return new Map(named.map(([clinician, name]) => [clinician, { name, initials: initialsOf(name) }]))
  }, [text])
}
