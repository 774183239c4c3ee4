import type { Dispatch } from 'react'
import { SelectField, TextArea, TextField } from '../../ui/form/field.tsx'
import { Form } from '../../ui/form/form.tsx'
import { useSay } from '../../ui/form/forms.tsx'
import { useCommand } from '../../ui/form/use-command.ts'
import { countText } from '../../ui/words.ts'
import { useChart } from '../chart-context.ts'
import { categoryChoices } from '../time/timer-bar.tsx'
import type { NoteDraft, NoteEvent } from './note-draft.ts'
import { missingIn, noteBody, noteParts, partNames } from './note-draft.ts'
import { templateOf } from './note-templates.ts'

type NoteFormProps = { draft: NoteDraft; dispatch: Dispatch<NoteEvent>; onDone: () => void }

/** A note, and what an audit would still miss in it, while it is typed. */
export const NoteForm = ({ draft, dispatch, onDone }: NoteFormProps) => {
  const { chart, params } = useChart()
  const say = useSay()
  const writing = useCommand('writeNote')
  const amending = useCommand('amendNote')
  const { amends } = draft
  const onSubmit = async () => {
    const body = noteBody(draft)
    const sent =
      amends === undefined
        ? await writing.send({ params, body })
        : await amending.send({
            params: { ...params, note: amends.note },
            body: { ...body, ...versionOf(amends), reason: draft.reason.trim() },
          })
    if (!sent.done) return false
    say(amends === undefined ? 'Note written.' : 'Note amended.')
    dispatch({ type: 'clear' })
    onDone()
    return true
  }
  const template = templateOf(draft.category)
  return (
    <Form
      submit={amends === undefined ? 'Write the note' : 'Amend the note'}
      state={amends === undefined ? writing.state : amending.state}
      onCancel={() => {
        dispatch({ type: 'clear' })
        onDone()
      }}
      onSubmit={onSubmit}
    >
      <Overtaken draft={draft} dispatch={dispatch} />
      <SelectField
        label="Category"
        wide
        choices={categoryChoices(chart.categories.filter(({ counts }) => counts))}
        value={draft.category}
        onChange={({ target }) => dispatch({ type: 'category', category: target.value })}
      />
      <p className="note-linked" data-testid="note-linked" data-linked={draft.readings.length}>
        {draft.readings.length === 0
          ? 'Mark the readings you reviewed in the table below.'
          : `${countText(draft.readings.length, 'reading')} linked.`}
      </p>
      {noteParts.map((part) => (
        <TextArea
          key={part}
          label={partNames[part]}
          rows={2}
          maxLength={4_000}
          value={draft[part]}
          placeholder={template[part]}
          onChange={({ target }) => dispatch({ type: 'typed', part, text: target.value })}
        />
      ))}
      {amends === undefined ? null : (
        <TextField
          label="Reason"
          wide
          required
          maxLength={500}
          value={draft.reason}
          hint="Why the note is amended; what it was stays on the ledger"
          onChange={({ target }) => dispatch({ type: 'typed', part: 'reason', text: target.value })}
        />
      )}
      <Missing draft={draft} />
    </Form>
  )
}

const versionOf = ({ notedAt, version }: NonNullable<NoteDraft['amends']>) => ({ notedAt, version })

const Missing = ({ draft }: { draft: NoteDraft }) => {
  const missing = missingIn(draft)
  return (
    <div className="note-missing" role="status" aria-live="polite" data-complete={missing.length === 0}>
      {missing.length === 0 ? (
        'An audit finds all it looks for.'
      ) : (
        <ul>
          {missing.map(({ prompt, text }) => (
            <li key={prompt} data-testid="note-prompt" data-prompt={prompt}>
              {text}
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}

/** Shown when the note was amended elsewhere since it was opened here. */
const Overtaken = ({ draft: { amends }, dispatch }: Pick<NoteFormProps, 'draft' | 'dispatch'>) => {
  const { chart } = useChart()
  const standing = chart.notes.find(({ note }) => note === amends?.note)
  if (standing === undefined || standing.version === amends?.version) return null
  return (
    <div className="standing" role="alert">
      <p>This note was amended meanwhile; how it reads now stands below.</p>
      <button
        type="button"
        className="act"
        data-tone="quiet"
        data-size="small"
        onClick={() => dispatch({ type: 'accept', version: standing.version })}
      >
        Amend that one
      </button>
    </div>
  )
}
