import type { FormEvent, ReactNode } from 'react'
import { useEffect, useRef, useState } from 'react'
import { useDrafts } from '../../app/session/use-draft.ts'
import type { CommandState } from './command-state.ts'
import type { Fields } from './fields.ts'
import { useSay } from './forms.tsx'
import { RefusalText } from './refusal-text.tsx'

type FormProps = {
  /** What the button says; with “all the same” when what is sent again would change what a locked line stands on. */
  submit: string
  tone?: 'usual' | 'grave'
  state: CommandState
  /** Under which name what was typed is kept until it is sent or canceled. Of fields that have a `name`. */
  draft?: string
  /** Resolves with whether it was done. */
  onSubmit: (fields: Fields) => Promise<boolean>
  onCancel?: (() => void) | undefined
  /** Stands beside the buttons. */
  note?: ReactNode
  children?: ReactNode
}

/** What a button says that sends a command again: the person was told of a locked line. */
export const allTheSame = (submit: string, state: CommandState): string =>
  state.toldOfLock === undefined ? submit : `${submit} all the same`

const fieldsOf = (form: HTMLFormElement): Fields =>
  Object.fromEntries(
    [...new FormData(form)].flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  )

/** A form that asks the server for something: while it is sent it is not sent again, and what was refused is said under it. */
export const Form = (props: FormProps) => {
  const { submit, tone = 'usual', state, note, children, onSubmit, onCancel } = props
  const sending = state.phase === 'sending'
  const { ref, keep, discard } = useKeptFields(props.draft)
  const refusal = useRef<HTMLDivElement>(null)
  const [editedAfter, setEditedAfter] = useState<CommandState>()
  const say = useSay()
  useEffect(() => {
    if (state.phase !== 'refused') return
    // What was said of an earlier command would lie over it.
    say('')
    refusal.current?.scrollIntoView({ block: 'nearest' })
  }, [state, say])
  const send = async (form: HTMLFormElement) => {
    if (await onSubmit(fieldsOf(form))) discard()
  }
  const onForm = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    if (!sending) void send(event.currentTarget)
  }
  const onInput = () => {
    keep()
    setEditedAfter(state)
  }
  return (
    <form ref={ref} className="form" onSubmit={onForm} onInput={onInput} aria-busy={sending}>
      {children}
      <div className="form-end">
        <button type="submit" className="act" data-tone={tone} aria-disabled={sending}>
          {sending ? 'Sending…' : editedAfter === state ? submit : allTheSame(submit, state)}
        </button>
        {onCancel === undefined ? null : (
          <button
            type="button"
            className="act"
            data-tone="quiet"
            onClick={() => {
              discard()
              onCancel()
            }}
          >
            Cancel
          </button>
        )}
        {note}
      </div>
      <div ref={refusal}>{state.phase === 'refused' ? <RefusalText refusal={state.refusal} /> : null}</div>
    </form>
  )
}

/** Keeps what is typed into fields that React does not hold, and puts it back when the form is opened again. */
const useKeptFields = (name: string | undefined) => {
  const drafts = useDrafts()
  const ref = useRef<HTMLFormElement>(null)
  useEffect(() => {
    const kept = name === undefined ? undefined : drafts.read(name)
    if (ref.current !== null && isFields(kept)) fill(ref.current, kept)
  }, [drafts, name])
  return {
    ref,
    keep: () => {
      if (name !== undefined && ref.current !== null) drafts.write(name, fieldsOf(ref.current))
    },
    discard: () => {
      if (name !== undefined) drafts.remove(name)
    },
  }
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && Object.values(value).every((one) => typeof one === 'string')

const fill = (form: HTMLFormElement, fields: Fields): void => {
  for (const element of form.elements) {
    if (element instanceof HTMLInputElement && element.type === 'checkbox')
      element.checked = fields[element.name] !== undefined
    else if (element instanceof HTMLInputElement || element instanceof HTMLSelectElement)
      element.value = fields[element.name] ?? element.value
  }
  // What a field asks further depends on what is in it.
  for (const element of form.elements) element.dispatchEvent(new Event('input', { bubbles: true }))
}
