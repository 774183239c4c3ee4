import type { FormEvent, ReactNode } from 'react'
import type { CommandState } from './command-state.ts'
import type { Fields } from './fields.ts'
import { RefusalText } from './refusal-text.tsx'

type FormProps = {
  /** What the button says. */
  submit: string
  tone?: 'usual' | 'grave'
  state: CommandState
  onSubmit: (fields: Fields) => Promise<void>
  onCancel?: (() => void) | undefined
  /** Stands beside the buttons. */
  note?: ReactNode
  children?: ReactNode
}

const fieldsOf = (form: HTMLFormElement): Fields =>
  Object.fromEntries(
    [...new FormData(form)].flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  )

/** A form that asks the server for something: while it is sent it is not sent again, and what was refused is said under it. */
export const Form = ({ submit, tone = 'usual', state, note, children, onSubmit, onCancel }: FormProps) => {
  const sending = state.phase === 'sending'
  const onForm = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    if (!sending) void onSubmit(fieldsOf(event.currentTarget))
  }
  return (
    <form className="form" onSubmit={onForm} aria-busy={sending}>
      {children}
      <div className="form-end">
        <button type="submit" className="act" data-tone={tone} aria-disabled={sending}>
          {sending ? 'Sending…' : submit}
        </button>
        {onCancel === undefined ? null : (
          <button type="button" className="act" data-tone="quiet" onClick={onCancel}>
            Cancel
          </button>
        )}
        {note}
      </div>
      {state.phase === 'refused' ? <RefusalText refusal={state.refusal} /> : null}
    </form>
  )
}
