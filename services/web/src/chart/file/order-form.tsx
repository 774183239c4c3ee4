import { choicesOf, SelectField, TextField } from '../../ui/form/field.tsx'
import { Form } from '../../ui/form/form.tsx'
import { useSaidCommand } from '../../ui/form/use-command.ts'
import { WhenField } from '../../ui/form/when-field.tsx'
import { useChart } from '../chart-context.ts'
import { kindWords } from '../reading-text.ts'
import { nowHint } from './consent-forms.tsx'
import { diagnosisPattern, orderBody } from './file-bodies.ts'
import { PractitionerField } from './practitioner-field.tsx'

/** What was ordered last is offered again. */
export const OrderForm = ({ onDone }: { onDone: () => void }) => {
  const { chart, params, zone } = useChart()
  const { state, send } = useSaidCommand('recordOrder', 'Order recorded.', onDone)
  const last = chart.file.orders.at(-1)
  return (
    <Form
      submit="Record order"
      state={state}
      draft="order"
      onCancel={onDone}
      onSubmit={(fields) => send({ params, body: orderBody(fields, zone) })}
    >
      <PractitionerField hint="Who ordered it" />
      <TextField
        label="Diagnosis"
        name="diagnosis"
        required
        pattern={diagnosisPattern}
        defaultValue={last?.diagnosis}
        placeholder="I10"
        hint="ICD-10-CM"
      />
      <SelectField label="Kind" name="kind" choices={choicesOf(kindWords)} defaultValue={last?.kind} />
      <TextField
        label="Readings a week"
        name="readingsPerWeek"
        type="number"
        inputMode="numeric"
        required
        min={1}
        max={168}
        defaultValue={last?.readingsPerWeek ?? 7}
      />
      <WhenField label="Ordered" hint={nowHint} />
    </Form>
  )
}
