import type { MonthLine } from '@cufflink/contracts'
import { instantOfFields } from '../../chart/file/file-bodies.ts'
import { Dialog } from '../../ui/form/dialog.tsx'
import { CheckField, TextField } from '../../ui/form/field.tsx'
import { Form } from '../../ui/form/form.tsx'
import { usePlace } from '../../ui/form/forms.tsx'
import { ReasonForm, reasonField } from '../../ui/form/reason-form.tsx'
import { useSaidCommand } from '../../ui/form/use-command.ts'
import { WhenField } from '../../ui/form/when-field.tsx'
import { windowText } from '../../ui/words.ts'
import { actWords, type LineAct } from './line-acts.ts'
import { eventText, isSubmitted } from './line-history.ts'

export const LineDialog = ({ act, onClose }: { act: LineAct; onClose: () => void }) => {
  const { kind, line: sheetLine } = act
  const { name, line, history } = sheetLine
  const { zone } = usePlace()
  return (
    <Dialog title={`${actWords[kind]}: ${name}, ${line.code}`} onClose={onClose}>
      <p className="quiet">
        {line.title}, {windowText(line.from, line.to)}
      </p>
      {history.length === 0 ? null : (
        <ul className="line-history" aria-label="What was done to this line">
          {history.map((one) => (
            <li key={`${one.event} ${one.at}`}>
              {eventText(one, zone)}
              {one.reason === undefined ? null : (
                <>
                  : <bdi>{one.reason}</bdi>
                </>
              )}
            </li>
          ))}
        </ul>
      )}
      {kind === 'submit' ? (
        <Submit line={sheetLine} onClose={onClose} />
      ) : kind === 'unlock' ? (
        <Unlock line={sheetLine} onClose={onClose} />
      ) : kind === 'lock' ? (
        <LockAgain line={sheetLine} onClose={onClose} />
      ) : (
        <Decide line={sheetLine} decision={decisions[kind]} onClose={onClose} />
      )}
    </Dialog>
  )
}

const decisions = { release: 'released', dismiss: 'dismissed', reopen: 'reopened' } as const
type Decision = (typeof decisions)[keyof typeof decisions]

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
      onSubmit={(fields) => {
        const { reference = '' } = fields
        const submittedAt = instantOfFields(fields, zone)
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
  const sent = isSubmitted(line)
  return (
    <Form
      submit="Unlock the line"
      tone="grave"
      state={state}
      onCancel={onClose}
      onSubmit={({ reason = '' }) =>
        send({
          params: { practice, patient: line.patient },
          body: { ...windowOf(line), reason: reason.trim(), ...(sent && { submitted: true as const }) },
        })
      }
    >
      <TextField label="Reason" wide {...reasonField} hint="It stays on the ledger, with what it was." />
      {sent ? (
        <CheckField
          label="I know that this line went to the payer and may be paid"
          name="submitted"
          required
        />
      ) : null}
    </Form>
  )
}

const Decide = ({ line, decision, onClose }: OfLine & { decision: Decision }) => {
  const { practice } = usePlace()
  const { state, send } = useSaidCommand('decideHeld', 'Saved.', onClose)
  const units = decision === 'reopened' ? 0 : line.line.units
  return (
    <ReasonForm
      submit="Save the decision"
      state={state}
      onCancel={onClose}
      onReason={(reason) =>
        send({
          params: { practice, patient: line.patient },
          body: { ...windowOf(line), decision, units, reason },
        })
      }
    />
  )
}

const LockAgain = ({ line, onClose }: OfLine) => {
  const { practice } = usePlace()
  const { state, send } = useSaidCommand('closeMonth', 'Locking.', onClose)
  return (
    <Form
      submit="Lock it again"
      tone="grave"
      state={state}
      onCancel={onClose}
      onSubmit={() =>
        send({
          params: { practice, month: line.line.to.slice(0, 7) },
          body: { lines: [{ patient: line.patient, ...windowOf(line) }] },
        })
      }
    >
      <CheckField label="I know that this line went to the payer before" name="sent" required />
    </Form>
  )
}
