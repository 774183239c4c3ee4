import { useCallback } from 'react'
import { useDraft } from '../../app/session/use-draft.ts'
import type { Disclosure } from '../../ui/form/panel.tsx'
import { Panel } from '../../ui/form/panel.tsx'
import { KeyHint } from '../../ui/key-hint.tsx'
import { useChart } from '../chart-context.ts'
import type { NoteEvent } from '../notes/note-draft.ts'
import { emptyNote, evolveNote, isBegun, isNoteDraft } from '../notes/note-draft.ts'
import { NoteForm } from '../notes/note-form.tsx'
import { Notes } from '../notes/notes.tsx'
import { Readings } from '../readings.tsx'
import { firstCategory } from '../time/use-timer.ts'

/** The readings, the note that is written about them, and the notes of the month. What was begun is kept until it is written or canceled. */
export const Review = ({ writing }: { writing: Disclosure }) => {
  const { chart, may } = useChart()
  const [draft, setDraft] = useDraft({
    name: 'note',
    first: () => emptyNote(firstCategory(chart)),
    isDraft: isNoteDraft,
    isBegun,
  })
  const dispatch = useCallback(
    (event: NoteEvent) => setDraft((before) => evolveNote(before, event)),
    [setDraft],
  )
  const label = draft.amends === undefined ? 'New note' : 'Amend the note'
  return (
    <>
      <section className="chart-part" aria-labelledby="readings">
        <header>
          <h2 id="readings">Readings</h2>
          {may.work ? (
            <button className="act" data-tone="quiet" {...writing.button}>
              {isBegun(draft) && !writing.open ? 'Go on with the note' : 'New note'} <KeyHint>n</KeyHint>
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
