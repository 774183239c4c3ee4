import type { PatientRow } from '@cufflink/contracts'
import { dateText } from '../time/local-date.ts'
import { cellText, dayCells, stripText } from './day-cells.ts'

type Period = NonNullable<PatientRow['period']>

/** The dates of a period, one cell each, in groups of ten. */
export const DayStrip = ({ period, today }: { period: Period; today: string }) => {
  const cells = dayCells(period, today)
  return (
    <div className="strip">
      <div className="cells" role="img" aria-label={stripText(cells, period)}>
        {cells.map((cell) => (
          <span
            key={cell.date}
            className="cell"
            data-level={cell.level}
            data-when={cell.when}
            title={cellText(cell)}
          />
        ))}
      </div>
      <div className="strip-range" aria-hidden="true">
        <span>{dateText(period.start)}</span>
        <span>{dateText(period.end)}</span>
      </div>
    </div>
  )
}

const legend = [
  { level: 0, text: 'none' },
  { level: 1, text: '1' },
  { level: 2, text: '2–3' },
  { level: 3, text: '4 or more' },
] as const

export const DayLegend = () => (
  <div className="legend">
    <span>Readings a day</span>
    {legend.map(({ level, text }) => (
      <span key={level} className="legend-item">
        <span className="cell" data-level={level} data-when="past" aria-hidden="true" />
        {text}
      </span>
    ))}
    <span className="legend-item">
      <span className="cell" data-level={0} data-when="today" aria-hidden="true" />
      today
    </span>
    <span className="legend-item">
      <span className="cell" data-level={0} data-when="future" aria-hidden="true" />
      to come
    </span>
  </div>
)
