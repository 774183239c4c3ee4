import type { CommandState } from './command-state.ts'
import { TextField } from './field.tsx'
import { Form } from './form.tsx'

type ReasonFormProps = {
  submit: string
  state: CommandState
  onReason: (reason: string) => Promise<boolean>
  onCancel: () => void
}

/** As the contracts' `Reason`. */
export const reasonField = { name: 'reason', required: true, maxLength: 500 } as const

/** Asks why: for all that takes something back, which stays on the ledger with the reason. */
export const ReasonForm = ({ submit, state, onReason, onCancel }: ReasonFormProps) => (
  <Form
    submit={submit}
    tone="grave"
    state={state}
    onCancel={onCancel}
    onSubmit={({ reason = '' }) => onReason(reason.trim())}
  >
    <TextField label="Reason" wide {...reasonField} hint="It stays on the ledger, with what it was." />
  </Form>
)
