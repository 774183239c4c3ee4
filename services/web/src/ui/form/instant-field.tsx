import { useState } from 'react'
import {
  fieldTime,
  instantsOf,
  skippedText,
  stepOf,
  typedInstant,
  wallOf,
  wallOfField,
} from '../time/zoned-input.ts'
import { TextField } from './field.tsx'
import { WhichHour } from './which-hour.tsx'

type InstantFieldProps = {
  label: string
  /** On whose clocks it is told. */
  zone: string
  valueMs: number | undefined
  onInstant: (valueMs: number | undefined) => void
}

const textOf = (valueMs: number | undefined, zone: string): string => {
  if (valueMs === undefined) return ''
  const { date, time } = wallOf(valueMs, zone)
  return `${date}T${fieldTime(time)}`
}

/** An instant; its seconds show where it has some. One that was set from outside stays exact until someone types another. */
export const InstantField = ({ label, zone, valueMs, onInstant }: InstantFieldProps) => {
  const [typed, setTyped] = useState({ text: textOf(valueMs, zone), valueMs, which: '' })
  if (typed.valueMs !== valueMs) setTyped({ text: textOf(valueMs, zone), valueMs, which: '' })
  const wall = wallOfField(typed.text)
  const isSkipped = instantsOf(wall, zone)?.length === 0
  const type = (text: string, which: string) => {
    const instant = typedInstant({ ...wallOfField(text), which }, zone)
    const valueOrNone = typeof instant === 'string' ? undefined : instant
    setTyped({ text, valueMs: valueOrNone, which })
    onInstant(valueOrNone)
  }
  return (
    <>
      <TextField
        label={label}
        wide
        type="datetime-local"
        step={stepOf(typed.text)}
        required
        value={typed.text}
        hint={isSkipped ? skippedText : undefined}
        onChange={({ target }) => type(target.value, '')}
      />
      {typed.valueMs === undefined || typed.which !== '' ? (
        <WhichHour wall={wall} zone={zone} value={typed.which} onWhich={(which) => type(typed.text, which)} />
      ) : null}
    </>
  )
}
