import { CheckField, SelectField } from '../../ui/form/field.tsx'
import { Form } from '../../ui/form/form.tsx'
import { useSaidCommand } from '../../ui/form/use-command.ts'
import { WhenField } from '../../ui/form/when-field.tsx'
import { useChart } from '../chart-context.ts'
import { consentBody, withdrawalBody } from './file-bodies.ts'

const modes = [
  { value: 'verbal', label: 'Verbal' },
  { value: 'written', label: 'Written' },
]

export const nowHint = 'Left empty: now. On the practice’s clocks.'

export const ConsentForms = ({ onDone }: { onDone: () => void }) => {
  const { chart, params, zone } = useChart()
  const record = useSaidCommand('recordConsent', 'Consent recorded.', onDone)
  const stands = chart.gates.some(({ gate, ok }) => gate === 'consent' && ok)
  return (
    <>
      <Form
        submit="Record consent"
        state={record.state}
        draft="consent"
        onCancel={onDone}
        onSubmit={(fields) => record.send({ params, body: consentBody(fields, zone) })}
      >
        <SelectField label="Mode" name="mode" choices={modes} />
        <WhenField label="When" hint={nowHint} />
        <CheckField name="costShare" label="The patient was told of their share of the cost" />
      </Form>
      {stands ? <Withdrawal onDone={onDone} /> : null}
    </>
  )
}

const Withdrawal = ({ onDone }: { onDone: () => void }) => {
  const { params, zone } = useChart()
  const withdraw = useSaidCommand('withdrawConsent', 'Withdrawal recorded.', onDone)
  return (
    <details className="beside">
      <summary>The patient agrees no longer…</summary>
      <Form
        submit="Record the withdrawal"
        tone="grave"
        state={withdraw.state}
        draft="withdrawal"
        onSubmit={(fields) => withdraw.send({ params, body: withdrawalBody(fields, zone) })}
      >
        <WhenField label="Withdrawn" hint={nowHint} />
      </Form>
    </details>
  )
}
