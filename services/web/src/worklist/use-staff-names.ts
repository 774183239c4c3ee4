import type { Window } from '@cufflink/contracts'
import { useMemo } from 'react'
import type { StaffNames } from './codes-cell.tsx'
import { initialsOf } from './marks.ts'

/** The same object while the names are the same: minutes of staff change often, and each line has the names. */
export const useStaffNames = (staff: Window['staff']): StaffNames => {
  const text = JSON.stringify(staff.map(({ clinician, name }) => [clinician, name]))
  return useMemo(() => {
    const named = JSON.parse(text) as [string, string][] // as written one line above
    return new Map(named.map(([clinician, name]) => [clinician, { name, initials: initialsOf(name) }]))
  }, [text])
}
