import { useChart } from '../chart-context.ts'
import { NoteItem } from './note-item.tsx'
import './notes.css'
import type { ChartNote } from '../parts.ts'
import { useFirst } from '../use-first.tsx'

const shownAtFirst = 8

/** The month’s notes as they read now, the latest first. */
export const Notes = ({ onAmend }: { onAmend: (note: ChartNote) => void }) => {
  const { notes } = useChart().chart
  const { shown, more } = useFirst(notes.toReversed(), shownAtFirst)
  return (
    <section className="chart-part" aria-labelledby="notes">
      <h2 id="notes">Notes</h2>
      {notes.length === 0 ? <p className="empty">None this month.</p> : null}
      <ul className="notes">
        {shown.map((note) => (
          <NoteItem key={note.note} note={note} onAmend={() => onAmend(note)} />
        ))}
      </ul>
      {more}
    </section>
  )
}
