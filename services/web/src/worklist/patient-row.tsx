import type { PatientRow } from '@cufflink/contracts'
import type { MouseEvent } from 'react'
import { memo } from 'react'
import { go, Link } from '../app/navigation.tsx'
import { pathOfChart } from '../app/route.ts'
import { clockText, dayText } from '../ui/time/zoned.ts'
import type { StaffNames } from './codes-cell.tsx'
import { Codes, Workers } from './codes-cell.tsx'
import { Conversation, MonthMinutes } from './month-cell.tsx'
import { DayStrip } from './strip/day-strip.tsx'

export type Flash = 'odd' | 'even'

type PatientLineProps = {
  practice: string
  row: PatientRow
  names: StaffNames
  /** What the patient's clocks are called today. */
  zoneName: string
  /** How long ago the last reading was, in words. Words, not an instant, so that a line renders only when they change. */
  ago: string
  /** Another value restarts the animation. */
  flash: Flash | undefined
}

export const PatientLine = memo(({ practice, row, names, zoneName, ago, flash }: PatientLineProps) => {
  const chart = pathOfChart(practice, row.patient)
  return (
    <tr
      role="row"
      data-testid="patient-row"
      data-patient={row.patient}
      data-flash={flash}
      onClick={(event) => {
        if (opensChart(event)) go(chart)
      }}
    >
      <th role="rowheader" scope="row" className="patient-name">
        <Link to={chart}>
          <bdi>{row.name}</bdi>
        </Link>{' '}
        <span className="patient-id">{row.patient}</span>{' '}
        <abbr className="patient-zone" title={row.zone}>
          {zoneName}
        </abbr>
      </th>
      <td role="cell" className="patient-strip">
        {row.period === undefined ? (
          <span className="quiet">Begins with the first reading that counts</span>
        ) : (
          <DayStrip period={row.period} today={row.today} />
        )}
      </td>
      <td role="cell" className="patient-days">
        <span className="days-number" data-testid="data-days">
          {row.dataDays}
        </span>
        {row.period === undefined ? null : (
          <span className="days-of"> / {row.period.readingsPerDate.length}</span>
        )}
      </td>
      <td role="cell" className="patient-minutes">
        <MonthMinutes month={row.month} />
      </td>
      <td role="cell" className="patient-call">
        <Conversation row={row} />
      </td>
      <td role="cell" className="patient-codes">
        <Codes row={row} />
      </td>
      <td role="cell" className="patient-working">
        <Workers working={row.working} names={names} />
      </td>
      <td role="cell" className="patient-last">
        <LastReading row={row} zoneName={zoneName} ago={ago} />
      </td>
    </tr>
  )
})
PatientLine.displayName = 'PatientLine'

/** A plain click anywhere on the line, that neither is on a link nor ends the selection of a text. */
const opensChart = ({ target, button, metaKey, ctrlKey, shiftKey, altKey }: MouseEvent): boolean => {
  if (button !== 0 || metaKey || ctrlKey || shiftKey || altKey) return false
  if (target instanceof Element && target.closest('a') !== null) return false
  return window.getSelection()?.isCollapsed !== false
}

type LastReadingProps = Pick<PatientLineProps, 'row' | 'zoneName' | 'ago'>

const LastReading = ({ row: { lastReadingAt, zone }, zoneName, ago }: LastReadingProps) =>
  lastReadingAt === undefined ? (
    <span className="quiet">never</span>
  ) : (
    <time
      dateTime={new Date(lastReadingAt).toISOString()}
      title={`${dayText(lastReadingAt, zone)}, ${clockText(lastReadingAt, zone)} ${zoneName}`}
    >
      {ago}
    </time>
  )
