import type { ReactNode } from 'react'
import type { TrackedRow } from '../live/practice-state.ts'
import { agoText } from '../time/ago.ts'
import { zoneShort } from '../time/zoned.ts'
import type { Order, SortKey } from './order.ts'
import type { Flash } from './patient-row.tsx'
import { PatientLine } from './patient-row.tsx'

type PatientTableProps = {
  rows: readonly TrackedRow[]
  order: Order
  onSort: (key: SortKey) => void
  /** The server's clock and this computer's. */
  now: number
  wallMs: number
}

/** Roles are written out because the narrow layout lays rows out as grids, and browsers then forget what they are. */
export const PatientTable = ({ rows, order, onSort, now, wallMs }: PatientTableProps) => (
  <table className="patients" role="table" aria-label="Patients">
    <thead role="rowgroup">
      <tr role="row">
        <SortHeader name="name" {...{ order, onSort }}>
          Patient
        </SortHeader>
        <th role="columnheader" scope="col" className="head-zone">
          Zone
        </th>
        <th role="columnheader" scope="col" className="head-strip">
          Current period
        </th>
        <SortHeader name="days" {...{ order, onSort }}>
          Data-days
        </SortHeader>
        <SortHeader name="last" {...{ order, onSort }}>
          Last reading
        </SortHeader>
      </tr>
    </thead>
    <tbody role="rowgroup">
      {rows.map((tracked) => (
        <PatientLine
          key={tracked.row.patient}
          row={tracked.row}
          zoneName={zoneShort(now, tracked.row.zone)}
          ago={tracked.row.lastReadingAt === undefined ? '' : agoText(tracked.row.lastReadingAt, now)}
          flash={flashOf(tracked, wallMs)}
        />
      ))}
    </tbody>
  </table>
)

const flashMs = 2_000

const flashOf = ({ rises, roseAtMs }: TrackedRow, wallMs: number): Flash | undefined => {
  if (roseAtMs === undefined || wallMs - roseAtMs > flashMs) return undefined
  return rises % 2 === 1 ? 'odd' : 'even'
}

type SortHeaderProps = { name: SortKey; order: Order; onSort: (key: SortKey) => void; children: ReactNode }

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
