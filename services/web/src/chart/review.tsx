import { useReducer } from 'react'
import { useChart } from './chart-context.ts'
import type { Disclosure } from './form/panel.tsx'
import { Panel } from './form/panel.tsx'
import { emptyNote, evolveNote, isBegun } from './note-draft.ts'
import { NoteForm } from './note-form.tsx'
import { Notes } from './notes.tsx'
import { Readings } from './readings.tsx'
import { firstCategory } from './use-timer.ts'

/** The readings, the note that is written about them, and the notes of the month. What was begun is kept while the form is closed. */
export const Review = ({ writing }: { writing: Disclosure }) => {
  const { chart, may } = useChart()
  const [draft, dispatch] = useReducer(evolveNote, chart, (first) => emptyNote(firstCategory(first)))
  const label = draft.amends === undefined ? 'New note' : 'Amend the note'
  return (
    <>
      <section className="chart-part" aria-labelledby="readings">
        <header>
          <h2 id="readings">Readings</h2>
          {may.work ? (
            <button className="act" data-tone="quiet" {...writing.button}>
              {isBegun(draft) && !writing.open ? 'Go on with the note' : 'New note'} <kbd>n</kbd>
            </button>
          ) : null}
        </header>
        {writing.open ? (
          <Panel key={label} label={label} onClose={writing.close}>
            <NoteForm draft={draft} dispatch={dispatch} onDone={writing.close} />
          </Panel>
        ) : null}
        <Readings draft={draft} dispatch={dispatch} />
      </section>
      <Notes
        onAmend={(note) => {
          dispatch({ type: 'amend', note })
          writing.show()
        }}
      />
    </>
  )
}
