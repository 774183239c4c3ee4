import type { PatientRow } from '@cufflink/contracts'
import type { Order, SortKey } from '@cufflink/contracts/list'
import type { ReactNode } from 'react'
import { memo } from 'react'
import type { PatientList, Rise } from '../app/live/practice-state.ts'
import { agoText } from '../ui/time/ago.ts'
import { zoneShort } from '../ui/time/zoned.ts'
import type { StaffNames } from './codes-cell.tsx'
import type { Flash } from './patient-row.tsx'
import { PatientLine } from './patient-row.tsx'

type PatientTableProps = {
  practice: string
  rows: readonly PatientRow[]
  rises: PatientList['rises']
  names: StaffNames
  order: Order
  onSort: (key: SortKey) => void
  /** The server's clock and this computer's. */
  now: number
  wallMs: number
}

/** Roles are written out because lines are laid out as grids, and browsers then forget what they are. */
export const PatientTable = memo((props: PatientTableProps) => {
  const { practice, rows, rises, names, order, onSort, now, wallMs } = props
  const zoneName = zoneNames(now)
  return (
    <table className="patients" role="table" aria-label="Patients">
      <thead role="rowgroup">
        <Headers order={order} onSort={onSort} />
      </thead>
      <tbody role="rowgroup">
        {rows.map((row) => (
          <PatientLine
            key={row.patient}
            practice={practice}
            row={row}
            names={names}
            zoneName={zoneName(row.zone)}
            ago={row.lastReadingAt === undefined ? '' : agoText(row.lastReadingAt, now)}
            flash={flashOf(rises.get(row.patient), wallMs)}
          />
        ))}
      </tbody>
    </table>
  )
})
PatientTable.displayName = 'PatientTable'

/** Most patients share a few zones. */
const zoneNames = (now: number) => {
  const known = new Map<string, string>()
  return (zone: string): string => {
    const name = known.get(zone) ?? zoneShort(now, zone)
    known.set(zone, name)
    return name
  }
}

const flashMs = 2_000

const flashOf = (rise: Rise | undefined, wallMs: number): Flash | undefined => {
  if (rise === undefined || wallMs - rise.atMs > flashMs) return undefined
  return rise.times % 2 === 1 ? 'odd' : 'even'
}

type HeadersProps = { order: Order; onSort: (key: SortKey) => void }

const Headers = (sorting: HeadersProps) => (
  <tr role="row">
    <SortHeader name="name" {...sorting}>
      Patient
    </SortHeader>
    <th role="columnheader" scope="col" className="head-strip">
      Current period
    </th>
    <SortHeader name="days" {...sorting}>
      Data-days
    </SortHeader>
    <SortHeader name="minutes" {...sorting}>
      Minutes
    </SortHeader>
    <SortHeader name="call" {...sorting}>
      Call
    </SortHeader>
    <SortHeader name="codes" {...sorting}>
      Codes today
    </SortHeader>
    <SortHeader name="working" {...sorting}>
      On it
    </SortHeader>
    <SortHeader name="last" {...sorting}>
      Last reading
    </SortHeader>
  </tr>
)

type SortHeaderProps = HeadersProps & { name: SortKey; children: ReactNode }

const SortHeader = ({ name, order, onSort, children }: SortHeaderProps) => {
  const direction = order.key === name ? order.direction : 'none'
  return (
    <th role="columnheader" scope="col" className={`head-${name}`} aria-sort={direction}>
      <button type="button" onClick={() => onSort(name)}>
        {children}
        <span className="sort-mark" data-direction={direction} aria-hidden="true" />
      </button>
    </th>
  )
}
