import { useEffect, useState } from 'react'
import type { Refusal } from '../../ui/form/command-state.ts'
import { CheckField, TextField } from '../../ui/form/field.tsx'
import { Form } from '../../ui/form/form.tsx'
import { useSaidCommand } from '../../ui/form/use-command.ts'
import { WhenField } from '../../ui/form/when-field.tsx'
import { momentText } from '../../ui/words.ts'
import { useChart } from '../chart-context.ts'
import { nowHint } from './consent-forms.tsx'
import { assignmentBody, devicePattern } from './file-bodies.ts'

/** Gives a registered device to the patient. */
export const DeviceForm = ({ onDone }: { onDone: () => void }) => {
  const { params, zone } = useChart()
  const { practice, patient } = params
  const { state, send } = useSaidCommand('assignDevice', 'Device assigned.', onDone)
  // It is asked for until another device is typed, whatever else the server asks meanwhile.
  const [held, setHeld] = useState('')
  useEffect(() => {
    if (state.phase === 'refused' && state.refusal.code === 'DEVICE_HELD')
      setHeld(heldText(state.refusal, zone))
  }, [state, zone])
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
        onInput={() => setHeld('')}
      />
      <WhenField label="From" hint={nowHint} />
      {held === '' ? null : (
        <CheckField label={`${held}: move it, and its readings from then on`} name="move" required />
      )}
    </Form>
  )
}

/** Who has the device, and since when: `p-0042 has it since Mar 10, 9:00 AM`. */
const heldText = ({ conflicts }: Pick<Refusal, 'conflicts'>, zone: string): string =>
  conflicts
    .map(({ patient, from }) => `${String(patient)} has it since ${momentText(Number(from), zone)}`)
    .join('; ')
