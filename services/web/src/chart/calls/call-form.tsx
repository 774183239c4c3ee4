import { useState } from 'react'
import { ConfirmLength } from '../../ui/form/confirm-length.tsx'
import { choicesOf, SelectField, TextField } from '../../ui/form/field.tsx'
import { Form } from '../../ui/form/form.tsx'
import { InstantField } from '../../ui/form/instant-field.tsx'
import { useSaidCommand } from '../../ui/form/use-command.ts'
import { useChart } from '../chart-context.ts'
import { CallButtons } from './call-buttons.tsx'
import type { CallDraft } from './call-draft.ts'
import {
  callBody,
  directionWords,
  lengthHint,
  longCall,
  modeWords,
  outcomesOf,
  outcomeWords,
  reachedWords,
} from './call-draft.ts'
import type { CallAtHand } from './use-call.ts'

type CallFormProps = { call: CallAtHand; onDone: () => void }

/** A conversation or an attempt. Its two buttons take the instants from the server’s clock. */
export const CallForm = ({ call: { draft, longMs, dispatch }, onDone }: CallFormProps) => {
  const { params, zone } = useChart()
  const { state, send } = useSaidCommand('recordInteraction', 'Conversation recorded.', onDone)
  const discard = () => dispatch({ type: 'clear' })
  const [problem, setProblem] = useState<string>()
  const { mode, direction, reached, outcome, caregiver, relation, startedAt, endedAt } = draft
  const long = longCall(draft, longMs)
  const onSubmit = async () => {
    const body = callBody(draft)
    setProblem(typeof body === 'string' ? body : undefined)
    const done = typeof body !== 'string' && (await send({ params, body }))
    if (done) discard()
    return done
  }
  return (
    <Form
      submit="Record"
      state={state}
      onCancel={() => {
        discard()
        onDone()
      }}
      onSubmit={onSubmit}
      note={
        <span className="form-note" role="status" aria-live="polite">
          {problem ?? lengthHint(draft) ?? ''}
        </span>
      }
    >
      <CallButtons draft={draft} dispatch={dispatch} />
      <InstantField
        label="Start"
        zone={zone}
        valueMs={startedAt}
        onInstant={(atMs) => dispatch({ type: 'began', atMs })}
      />
      <InstantField
        label="End"
        zone={zone}
        valueMs={endedAt}
        onInstant={(atMs) => dispatch({ type: 'ended', atMs })}
      />
      {long === undefined ? null : <ConfirmLength text={long} />}
      <SelectField
        label="Mode"
        choices={choicesOf(modeWords)}
        value={mode}
        onChange={({ target }) => dispatch({ type: 'mode', mode: target.value as CallDraft['mode'] })}
      />
      <SelectField
        label="Direction"
        choices={choicesOf(directionWords)}
        value={direction}
        onChange={({ target }) =>
          dispatch({ type: 'direction', direction: target.value as CallDraft['direction'] })
        }
      />
      <SelectField
        label="Who was reached"
        choices={choicesOf(reachedWords)}
        value={reached}
        onChange={({ target }) =>
          dispatch({ type: 'reached', reached: target.value as CallDraft['reached'] })
        }
      />
      {reached === 'caregiver' ? (
        <>
          <TextField
            label="Caregiver’s name"
            required
            maxLength={120}
            value={caregiver}
            onChange={({ target }) => dispatch({ type: 'named', caregiver: target.value })}
          />
          <TextField
            label="Relation"
            required
            maxLength={60}
            placeholder="daughter"
            value={relation}
            onChange={({ target }) => dispatch({ type: 'related', relation: target.value })}
          />
        </>
      ) : null}
      <SelectField
        label="Outcome"
        choices={outcomesOf(reached).map((value) => ({ value, label: outcomeWords[value] }))}
        value={outcome}
        onChange={({ target }) =>
          dispatch({ type: 'outcome', outcome: target.value as CallDraft['outcome'] })
        }
      />
    </Form>
  )
}
