import { Link } from '../app/navigation.tsx'
import { pathOfChart } from '../app/route.ts'
import { choicesOf, SelectField, TextField } from '../ui/form/field.tsx'
import { Form } from '../ui/form/form.tsx'
import { usePlace } from '../ui/form/forms.tsx'
import { Panel, useDisclosure } from '../ui/form/panel.tsx'
import { reasonField } from '../ui/form/reason-form.tsx'
import { useSaidCommand } from '../ui/form/use-command.ts'
import { clockText, dayText } from '../ui/time/zoned.ts'
import { windowText } from '../ui/words.ts'
import type { Action, Change } from './change-text.ts'
import { actions, changeText, differenceText, usualAction } from './change-text.ts'

type ChangeItemProps = { change: Change; onSettled: () => void }

/** A line that changed after it was locked: what it was, what it would be now, and the form that settles it. */
export const ChangeItem = ({ change, onSettled }: ChangeItemProps) => {
  const { practice, zone } = usePlace()
  const settling = useDisclosure()
  const { patient, name, from, to, oldCode, differenceCents, foundAt, submitted } = change
  return (
    <li className="queue-item" data-testid="change" data-patient={patient} data-code={oldCode}>
      <span className="queue-who">
        <Link to={`${pathOfChart(practice, patient)}#${to.slice(0, 7)}`}>
          <bdi>{name}</bdi>
        </Link>{' '}
        <span className="patient-id">{patient}</span>
      </span>
      <span className="queue-what">
        <b>{changeText(change)}</b> <span className="quiet">{windowText(from, to)}</span>
      </span>
      <span className="queue-amount" data-negative={differenceCents < 0}>
        {differenceText(differenceCents)}
      </span>
      <span className="queue-when quiet">
        found {dayText(foundAt, zone)}, {clockText(foundAt, zone)}
      </span>
      <span className="mark" data-tone={submitted ? 'warning' : undefined}>
        {submitted ? 'submitted' : 'not submitted'}
      </span>
      <button className="act" data-tone="quiet" data-size="small" {...settling.button}>
        Settle
      </button>
      {settling.open ? (
        <Panel label="Settle this change" onClose={settling.close}>
          <Settle
            change={change}
            onCancel={settling.close}
            onDone={() => {
              settling.close()
              onSettled()
            }}
          />
        </Panel>
      ) : null}
    </li>
  )
}

type SettleProps = { change: Change; onCancel: () => void; onDone: () => void }

const Settle = ({ change, onCancel, onDone }: SettleProps) => {
  const { practice } = usePlace()
  const { state, send } = useSaidCommand('settleChange', 'Settled.', onDone)
  const { patient, oldCode: code, from, to, foundAt } = change
  return (
    <Form
      submit="Settle"
      state={state}
      onCancel={onCancel}
      onSubmit={({ action, reason = '' }) =>
        send({
          params: { practice, patient },
          // The choices are the actions.
          body: { code, from, to, foundAt, action: action as Action, reason: reason.trim() },
        })
      }
    >
      <SelectField
        label="What becomes of it"
        wide
        name="action"
        choices={choicesOf(actions)}
        defaultValue={usualAction(change)}
      />
      <TextField label="Reason" wide {...reasonField} />
    </Form>
  )
}
