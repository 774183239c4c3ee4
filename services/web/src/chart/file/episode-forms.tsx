import { SelectField, TextField } from '../../ui/form/field.tsx'
import { Form } from '../../ui/form/form.tsx'
import { reasonField } from '../../ui/form/reason-form.tsx'
import { useSaidCommand } from '../../ui/form/use-command.ts'
import { WhenField } from '../../ui/form/when-field.tsx'
import { useChart } from '../chart-context.ts'
import { nowHint } from './consent-forms.tsx'
import { closingBody, openingBody, setUpBody } from './file-bodies.ts'
import { episodeAt, isOpen, nextEpisode } from './gates.ts'

type OnDone = { onDone: () => void }

/** Closes the episode that is open, or opens one. */
export const EpisodeForms = ({ onDone }: OnDone) => {
  const { chart, now } = useChart()
  const episode = episodeAt(chart.file, now())
  return episode !== undefined && isOpen(episode, now()) ? (
    <CloseForm episode={episode.episode} onDone={onDone} />
  ) : (
    <OpenForm onDone={onDone} />
  )
}

const OpenForm = ({ onDone }: OnDone) => {
  const { chart, params, zone } = useChart()
  const { state, send } = useSaidCommand('openEpisode', 'Episode of care opened.', onDone)
  return (
    <Form
      submit="Open an episode"
      state={state}
      draft="opening"
      onCancel={onDone}
      onSubmit={(fields) =>
        send({ params: { ...params, episode: nextEpisode(chart.file) }, body: openingBody(fields, zone) })
      }
    >
      <WhenField label="Opened" hint={nowHint} />
    </Form>
  )
}

const CloseForm = ({ episode, onDone }: OnDone & { episode: string }) => {
  const { params, zone } = useChart()
  const { state, send } = useSaidCommand('closeEpisode', 'Episode of care closed.', onDone)
  return (
    <Form
      submit="Close the episode"
      tone="grave"
      state={state}
      draft="closing"
      onCancel={onDone}
      onSubmit={(fields) => send({ params: { ...params, episode }, body: closingBody(fields, zone) })}
    >
      <TextField label="Reason" {...reasonField} placeholder="Goals met, disenrolment, death" />
      <WhenField label="Closed" hint={nowHint} />
      <TextField label="Date of death" name="died" type="date" hint="Only if that is why" />
    </Form>
  )
}

/** Of the open episode; without one there is nothing to set up. */
export const SetUpForm = ({ onDone }: OnDone) => {
  const { chart, params, zone, now } = useChart()
  const { state, send } = useSaidCommand('recordSetUp', 'Set-up recorded.', onDone)
  const episode = episodeAt(chart.file, now())
  if (episode === undefined || !isOpen(episode, now()))
    return <p className="quiet">Open an episode of care first.</p>
  const devices = [...new Set(chart.file.devices.map(({ device }) => device))]
  return (
    <Form
      submit="Record set-up"
      state={state}
      draft="set-up"
      onCancel={onDone}
      onSubmit={(fields) =>
        send({ params: { ...params, episode: episode.episode }, body: setUpBody(fields, zone) })
      }
    >
      <SelectField
        label="Device"
        name="device"
        choices={[
          { value: '', label: 'Not said' },
          ...devices.map((device) => ({ value: device, label: device })),
        ]}
      />
      <WhenField label="Done" hint={nowHint} />
    </Form>
  )
}
