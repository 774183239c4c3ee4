import type { PatientRow } from '@cufflink/contracts'
import { memo } from 'react'
import { clockText, dayText } from '../time/zoned.ts'
import { DayStrip } from './day-strip.tsx'

export type Flash = 'odd' | 'even'

type PatientLineProps = {
  row: PatientRow
  /** What the patient's clocks are called today. */
  zoneName: string
  /** How long ago the last reading was, in words. Words, not an instant, so that a line renders only when they change. */
  ago: string
  /** Another value restarts the animation. */
  flash: Flash | undefined
}

export const PatientLine = memo(({ row, zoneName, ago, flash }: PatientLineProps) => (
  <tr role="row" data-testid="patient-row" data-patient={row.patient} data-flash={flash}>
    <th role="rowheader" scope="row" className="patient-name">
      {row.name} <span className="patient-id">{row.patient}</span>
    </th>
    <td role="cell" className="patient-zone">
      <abbr title={row.zone}>{zoneName}</abbr>
    </td>
    <td role="cell" className="patient-strip">
      {row.period === undefined ? (
        <span className="quiet">The period begins with the first reading</span>
      ) : (
        <DayStrip period={row.period} today={row.today} />
      )}
    </td>
    <td role="cell" className="patient-days">
      <span className="days-number" data-testid="data-days">
        {row.dataDays}
      </span>
      {row.period === undefined ? null : (
        <span className="days-of"> / {row.period.readingsPerDate.length} days</span>
      )}
    </td>
    <td role="cell" className="patient-last">
      {row.lastReadingAt === undefined ? (
        <span className="quiet">never</span>
      ) : (
        <time
          dateTime={new Date(row.lastReadingAt).toISOString()}
          title={`${dayText(row.lastReadingAt, row.zone)}, ${clockText(row.lastReadingAt, row.zone)} ${zoneName}`}
        >
          {ago}
        </time>
      )}
    </td>
  </tr>
))
PatientLine.displayName = 'PatientLine'
