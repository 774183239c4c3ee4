import type { ChartReading } from '@cufflink/contracts'
import type { Dispatch } from 'react'
import { momentText } from '../ui/words.ts'
import { useChart } from './chart-context.ts'
import type { NoteDraft, NoteEvent } from './notes/note-draft.ts'
import { isLinked } from './notes/note-draft.ts'
import {
  clockWords,
  deviceClockText,
  kindWords,
  measurementText,
  readingKey,
  readingLabel,
  reviewedOf,
} from './reading-text.ts'
import { useFirst } from './use-first.tsx'

type ReadingsProps = { draft: NoteDraft; dispatch: Dispatch<NoteEvent> }

const shownAtFirst = 14

/** The readings of the month, the newest first, in the patient’s own time. What is marked as reviewed is linked in the note. */
export const Readings = ({ draft, dispatch }: ReadingsProps) => {
  const { chart, may } = useChart()
  const { shown, more } = useFirst(chart.readings, shownAtFirst)
  const standing = shown.filter(({ retracted }) => !retracted)
  const linked = standing.length > 0 && standing.every((reading) => isLinked(draft, reading))
  if (shown.length === 0) return <p className="empty">None this month.</p>
  return (
    <>
      <table className="chart-table readings" aria-labelledby="readings">
        <thead>
          <tr>
            {may.work ? (
              <th scope="col" className="reviewed">
                <input
                  type="checkbox"
                  aria-label="Reviewed: all that are shown"
                  checked={linked}
                  onChange={() =>
                    dispatch({ type: 'readings', readings: standing.map(reviewedOf), linked: !linked })
                  }
                />
              </th>
            ) : null}
            <th scope="col">Measured</th>
            <th scope="col">Kind</th>
            <th scope="col">Value</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((reading) => (
            <Reading key={readingKey(reading)} reading={reading} draft={draft} dispatch={dispatch} />
          ))}
        </tbody>
      </table>
      {more}
    </>
  )
}

const Reading = ({ reading, draft, dispatch }: ReadingsProps & { reading: ChartReading }) => {
  const { chart, may } = useChart()
  const { measuredAt, measurement, retracted, sentAgain, device } = reading
  const { zone } = chart.row
  const clock = clockWords(reading)
  const showed = deviceClockText(reading, zone)
  const at = momentText(measuredAt, zone)
  return (
    <tr data-testid="reading" data-retracted={retracted}>
      {may.work ? (
        <td className="reviewed">
          {retracted ? null : (
            <input
              type="checkbox"
              aria-label={readingLabel(reading, at)}
              checked={isLinked(draft, reading)}
              onChange={() => dispatch({ type: 'reading', reading: reviewedOf(reading) })}
            />
          )}
        </td>
      ) : null}
      <td>
        {at}
        {clock === undefined ? null : <span className="mark">{clock}</span>}
        {showed === undefined ? null : <span className="mark">{showed}</span>}
      </td>
      <td title={device}>{kindWords[measurement.kind]}</td>
      <td className="reading-value">
        {retracted ? <s>{measurementText(measurement)}</s> : measurementText(measurement)}
        {retracted ? <span className="mark">retracted</span> : null}
        {sentAgain ? <span className="mark">sent again, the first counts</span> : null}
      </td>
    </tr>
  )
}
