import { useState } from 'react'
import { instantOfField } from '../file-bodies.ts'
import { wallOf } from '../zoned-input.ts'
import { TextField } from './field.tsx'

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
  return `${date}T${time}`
}

/** An instant, to the second. One that was set from outside stays exact until somebody types another. */
export const InstantField = ({ label, zone, valueMs, onInstant }: InstantFieldProps) => {
  const [typed, setTyped] = useState({ text: textOf(valueMs, zone), valueMs })
  if (typed.valueMs !== valueMs) setTyped({ text: textOf(valueMs, zone), valueMs })
  return (
    <TextField
      label={label}
      wide
      type="datetime-local"
      step={1}
      required
      value={typed.text}
      onChange={({ target: { value } }) => {
        const instant = instantOfField(value, zone)
        setTyped({ text: value, valueMs: instant })
        onInstant(instant)
      }}
    />
  )
}
