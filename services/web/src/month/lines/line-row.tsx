import type { MonthLine } from '@cufflink/contracts'
import type { Dispatch } from 'react'
import { memo } from 'react'
import { Link } from '../../app/navigation.tsx'
import { pathOfChart } from '../../app/route.ts'
import { usePlace } from '../../ui/form/forms.tsx'
import { dollarsText, windowText } from '../../ui/words.ts'
import type { SelectionEvent } from '../selection.ts'
import { actsOf, actWords, type LineAct } from './line-acts.ts'
import { submissionTexts } from './line-history.ts'
import { whyOf } from './why.ts'

type LineRowProps = {
  line: MonthLine
  practice: string
  picked: boolean
  select: Dispatch<SelectionEvent>
  onAct: (act: LineAct) => void
}

export const LineRow = memo(({ line: sheetLine, practice, picked, select, onAct }: LineRowProps) => {
  const { patient, name, standing, line } = sheetLine
  const [decisive = '', ...others] = whyOf(sheetLine)
  const { zone } = usePlace()
  return (
    <tr
      role="row"
      className="month-line"
      data-testid="month-line"
      data-patient={patient}
      data-code={line.code}
      data-standing={standing}
    >
      <td role="cell" className="month-pick">
        {standing === 'ready' ? (
          <input
            type="checkbox"
            aria-label={`Pick ${name}, ${line.code}`}
            checked={picked}
            onChange={() => select({ type: 'toggled', line: sheetLine })}
          />
        ) : null}
      </td>
      <th role="rowheader" scope="row" className="month-name">
        <Link to={`${pathOfChart(practice, patient)}#${line.to.slice(0, 7)}`}>
          <bdi>{name}</bdi>
        </Link>{' '}
        <span className="patient-id">{patient}</span>
      </th>
      <td role="cell" className="month-code" title={line.title}>
        <b>{line.code}</b>
        {line.units > 1 ? ` ×${line.units}` : ''}
      </td>
      <td role="cell" className="month-dates">
        {windowText(line.from, line.to)}
      </td>
      <td role="cell" className="month-why">
        {submissionTexts(sheetLine, zone).map((text) => (
          <span key={text} className="month-submitted">
            {text}{' '}
          </span>
        ))}
        {decisive}
        {others.length === 0 ? null : <span className="quiet"> {others.join(' ')}</span>}
      </td>
      <td role="cell" className="month-amount">
        {line.amountCents === undefined || line.units === 0 ? '' : dollarsText(line.amountCents)}
      </td>
      <td role="cell" className="month-acts">
        {actsOf(sheetLine).map((kind) => (
          <Act
            key={kind}
            label={actWords[kind]}
            of={sheetLine}
            onAct={() => onAct({ kind, line: sheetLine })}
          />
        ))}
      </td>
    </tr>
  )
})
LineRow.displayName = 'LineRow'

const Act = ({ label, of, onAct }: { label: string; of: MonthLine; onAct: () => void }) => (
  <button
    type="button"
    className="act"
    data-tone="quiet"
    data-size="small"
    aria-label={`${label}: ${of.name}, ${of.line.code}`}
    onClick={onAct}
  >
    {label}
  </button>
)
