import { countText, momentText } from '../../ui/words.ts'
import { categoryTitle, useChart } from '../chart-context.ts'
import type { ChartNote } from '../parts.ts'
import { noteParts, partNames } from './note-draft.ts'

/** A note as it reads now. */
export const NoteItem = ({ note, onAmend }: { note: ChartNote; onAmend: () => void }) => {
  const { chart, zone, user, may } = useChart()
  const { clinician, clinicianName, notedAt, category, readings, amendments, missing } = note
  return (
    <li className="note" data-testid="note" data-note={note.note}>
      <p className="note-head">
        <b>{categoryTitle(chart, category)}</b>
        <span className="quiet">
          {momentText(notedAt, zone)}, <bdi>{clinicianName}</bdi>
          {amendments === 0 ? '' : `, amended ${countText(amendments, 'time')}`}
        </span>
        {may.work && clinician === user ? (
          <button type="button" className="act" data-tone="quiet" data-size="small" onClick={onAmend}>
            Amend
          </button>
        ) : null}
      </p>
      <dl>
        {noteParts.map((part) =>
          note[part].trim() === '' ? null : (
            <div key={part}>
              <dt>{partNames[part]}</dt>
              <dd>{note[part]}</dd>
            </div>
          ),
        )}
      </dl>
      <p className="note-foot quiet">
        {readings.length === 0 ? 'No reading linked' : `${countText(readings.length, 'reading')} linked`}
      </p>
      {missing.length === 0 ? null : (
        <ul className="note-missing">
          {missing.map(({ prompt, text }) => (
            <li key={prompt}>{text}</li>
          ))}
        </ul>
      )}
    </li>
  )
}
