import { useChart } from './chart-context.ts'
import { nowHint } from './consent-forms.tsx'
import { assignmentBody, devicePattern } from './file-bodies.ts'
import { TextField, WhenField } from './form/field.tsx'
import { Form } from './form/form.tsx'
import { useSaidCommand } from './form/use-command.ts'

/** Gives a registered device to the patient. */
export const DeviceForm = ({ onDone }: { onDone: () => void }) => {
  const { params, zone } = useChart()
  const { practice, patient } = params
  const { state, send } = useSaidCommand('assignDevice', 'Device assigned.', onDone)
  return (
    <Form
      submit="Assign the device"
      state={state}
      draft="device"
      onCancel={onDone}
      onSubmit={(fields) =>
        send({
          params: { practice, device: (fields.device ?? '').trim() },
          body: assignmentBody(fields, { patient, zone }),
        })
      }
    >
      <TextField
        label="Device"
        name="device"
        required
        pattern={devicePattern}
        spellCheck={false}
        hint="Its id, as the vendor prints it"
      />
      <WhenField label="From" hint={nowHint} />
    </Form>
  )
}
