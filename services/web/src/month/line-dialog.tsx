import type { MonthLine } from '@cufflink/contracts'
import { instantOfField } from '../chart/file-bodies.ts'
import { Dialog } from '../chart/form/dialog.tsx'
import { TextField, WhenField } from '../chart/form/field.tsx'
import { Form } from '../chart/form/form.tsx'
import { usePlace } from '../chart/form/forms.tsx'
import { ReasonForm } from '../chart/form/reason-form.tsx'
import { useSaidCommand } from '../chart/form/use-command.ts'
import { windowText } from '../chart/words.ts'

/** What is done to a locked line. */
export type LineAct = { readonly kind: 'submit' | 'unlock'; readonly line: MonthLine }

export const LineDialog = ({ act, onClose }: { act: LineAct; onClose: () => void }) => {
  const { name, line } = act.line
  const verb = act.kind === 'submit' ? 'Submitted' : 'Unlock'
  return (
    <Dialog title={`${verb}: ${name}, ${line.code}`} onClose={onClose}>
      <p className="quiet">
        {line.title}, {windowText(line.from, line.to)}
      </p>
      {act.kind === 'submit' ? (
        <Submit line={act.line} onClose={onClose} />
      ) : (
        <Unlock line={act.line} onClose={onClose} />
      )}
    </Dialog>
  )
}

type OfLine = { line: MonthLine; onClose: () => void }

const windowOf = ({ line: { code, from, to } }: MonthLine) => ({ code, from, to })

const Submit = ({ line, onClose }: OfLine) => {
  const { practice, zone } = usePlace()
  const { state, send } = useSaidCommand('submitClaim', 'Noted as submitted.', onClose)
  return (
    <Form
      submit="Note as submitted"
      state={state}
      onCancel={onClose}
      onSubmit={({ reference = '', when }) => {
        const submittedAt = instantOfField(when, zone)
        return send({
          params: { practice, patient: line.patient },
          body: {
            ...windowOf(line),
            ...(submittedAt === undefined ? {} : { submittedAt }),
            ...(reference.trim() === '' ? {} : { reference: reference.trim() }),
          },
        })
      }}
    >
      <TextField
        label="Reference"
        name="reference"
        maxLength={80}
        hint="The claim’s number, if there is one"
      />
      <WhenField label="Submitted" hint="Left empty: now. On the practice’s clocks." />
    </Form>
  )
}

const Unlock = ({ line, onClose }: OfLine) => {
  const { practice } = usePlace()
  const { state, send } = useSaidCommand('unlockClaim', 'Unlocked.', onClose)
  return (
    <ReasonForm
      submit="Unlock the line"
      state={state}
      onCancel={onClose}
      onReason={(reason) =>
        send({ params: { practice, patient: line.patient }, body: { ...windowOf(line), reason } })
      }
    />
  )
}
