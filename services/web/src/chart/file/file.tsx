import type { ReactNode } from 'react'
import { useRef, useState } from 'react'
import { Panel } from '../../ui/form/panel.tsx'
import { clockText, dayText } from '../../ui/time/zoned.ts'
import { personName, useChart } from '../chart-context.ts'
import { ConsentForms } from './consent-forms.tsx'
import { DeviceForm } from './device-form.tsx'
import { EpisodeForms, SetUpForm } from './episode-forms.tsx'
import type { Gate, GateName } from './gates.ts'
import { gateNames } from './gates.ts'
import { OrderForm } from './order-form.tsx'
import './file.css'
import { longDate } from '../../ui/words.ts'
import { Visits } from './visits.tsx'

type Opened = GateName | 'visits'

const forms: Readonly<Record<GateName, (props: { onDone: () => void }) => ReactNode>> = {
  consent: ConsentForms,
  order: OrderForm,
  episode: EpisodeForms,
  'set-up': SetUpForm,
  device: DeviceForm,
}

/** What must be on file before anything can be billed, as checks; what is missing is recorded right here. */
export const FileOf = () => {
  const { chart, may } = useChart()
  const [opened, setOpened] = useState<Opened>()
  const opener = useRef<HTMLButtonElement>(null)
  const close = () => {
    setOpened(undefined)
    opener.current?.focus()
  }
  const toggle = (name: Opened) => (button: HTMLButtonElement) => {
    opener.current = button
    setOpened(opened === name ? undefined : name)
  }
  const visits = chart.file.visits.filter(({ voided }) => !voided).length
  const Body = opened === undefined || opened === 'visits' ? undefined : forms[opened]
  return (
    <section className="file" aria-label="On file">
      <ul className="gates">
        {chart.gates.map((gate) => (
          <GateItem
            key={gate.gate}
            gate={gate}
            open={opened === gate.gate}
            onToggle={may.enrol ? toggle(gate.gate) : undefined}
          />
        ))}
        <li className="gate" data-testid="gate" data-gate="visits">
          <span className="gate-mark" aria-hidden="true">
            ◷
          </span>
          <span className="gate-name">E/M visits</span>
          <span className="gate-text">{visits === 0 ? 'none on record' : `${visits} on record`}</span>
          {may.visit ? (
            <Opener label="E/M visits" open={opened === 'visits'} onToggle={toggle('visits')} />
          ) : null}
        </li>
      </ul>
      {opened === undefined ? null : (
        <Panel key={opened} label={opened === 'visits' ? 'E/M visits' : gateNames[opened]} onClose={close}>
          {Body === undefined ? <Visits onDone={close} /> : <Body onDone={close} />}
        </Panel>
      )}
    </section>
  )
}

type GateItemProps = {
  gate: Gate
  open: boolean
  onToggle: ((button: HTMLButtonElement) => void) | undefined
}

const GateItem = ({ gate, open, onToggle }: GateItemProps) => {
  const { chart, zone } = useChart()
  const { ok, text, at, by } = gate
  const name = gateNames[gate.gate]
  return (
    <li className="gate" data-testid="gate" data-gate={gate.gate} data-ok={ok}>
      <span className="gate-mark" aria-hidden="true">
        {ok ? '✓' : '!'}
      </span>
      <span className="gate-name">
        {name}
        <span className="unseen">{ok ? ': on file' : ': missing'}</span>
      </span>
      <span
        className="gate-text"
        title={at === undefined ? undefined : `${dayText(at, zone)}, ${clockText(at, zone)}`}
      >
        {text}
        {at === undefined ? '' : `, ${longDate(at, zone)}`}
        {by === undefined ? '' : `, ${personName(chart, by)}`}
      </span>
      {onToggle === undefined ? null : <Opener label={name} open={open} onToggle={onToggle} missing={!ok} />}
    </li>
  )
}

type OpenerProps = {
  label: string
  open: boolean
  missing?: boolean
  onToggle: (button: HTMLButtonElement) => void
}

const Opener = ({ label, open, missing = false, onToggle }: OpenerProps) => (
  <button
    type="button"
    className="act"
    data-tone={missing ? 'usual' : 'plain'}
    data-size="small"
    aria-expanded={open}
    aria-label={`${missing ? 'Record' : 'Change'}: ${label}`}
    onClick={(event) => onToggle(event.currentTarget)}
  >
    {missing ? 'Record' : 'Change'}
  </button>
)
