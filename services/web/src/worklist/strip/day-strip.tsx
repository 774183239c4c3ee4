import type { PatientRow } from '@cufflink/contracts'
import type { PointerEvent } from 'react'
import { dateText } from '../../ui/time/local-date.ts'
import { cellText, dayCells, stripText } from './day-cells.ts'
import { cellAt, cellHeight, cellLeft, cellWidth, stripPaths, stripWidth } from './strip-path.ts'

type Period = NonNullable<PatientRow['period']>

/** The dates of a period, one cell each, in groups of ten. */
export const DayStrip = ({ period, today }: { period: Period; today: string }) => {
  const cells = dayCells(period, today)
  const width = stripWidth(cells.length)
  const at = cells.findIndex(({ when }) => when === 'today')
  // One title that follows the pointer, instead of one for each cell of each line.
  const onPointerMove = ({ currentTarget, clientX }: PointerEvent<HTMLElement>) => {
    const { left, width: shown } = currentTarget.getBoundingClientRect()
    const cell = cells[cellAt(cells.length, (clientX - left) / shown)]
    if (cell !== undefined) currentTarget.title = cellText(cell)
  }
  return (
    <div className="strip">
      <div
        className="strip-cells"
        role="img"
        aria-label={stripText(cells, period)}
        onPointerMove={onPointerMove}
      >
        <svg viewBox={`0 0 ${width} ${cellHeight + 5}`} preserveAspectRatio="none" aria-hidden="true">
          {stripPaths(cells).map(({ kind, path }) => (
            <path key={kind} d={path} data-kind={kind} />
          ))}
          {at < 0 ? null : <rect x={cellLeft(at)} y={cellHeight + 2} width={cellWidth} height="3" />}
        </svg>
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
