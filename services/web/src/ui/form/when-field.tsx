import { useEffect, useRef, useState } from 'react'
import { instantsOf, skippedText, wallOfField } from '../time/zoned-input.ts'
import { TextField } from './field.tsx'
import { usePlace } from './forms.tsx'
import { WhichHour } from './which-hour.tsx'

type WhenFieldProps = { label: string; hint: string; required?: boolean }

/**
 * A date and a time on the practice’s clocks, as the fields `when` and `which` of a form: a time that the clocks skipped is not sent,
 * and of one that they showed twice it is asked which.
 */
export const WhenField = ({ label, hint, required = false }: WhenFieldProps) => {
  const { zone } = usePlace()
  const ref = useRef<HTMLInputElement>(null)
  const [typed, setTyped] = useState({ text: '', which: '' })
  const wall = wallOfField(typed.text)
  const fault = instantsOf(wall, zone)?.length === 0 ? skippedText : ''
  useEffect(() => ref.current?.setCustomValidity(fault), [fault])
  return (
    <>
      <TextField
        label={label}
        hint={fault === '' ? hint : fault}
        wide
        name="when"
        required={required}
        type="datetime-local"
        ref={ref}
        onInput={({ currentTarget }) => setTyped({ text: currentTarget.value, which: '' })}
      />
      <WhichHour
        name="which"
        wall={wall}
        zone={zone}
        value={typed.which}
        onWhich={(which) => setTyped({ ...typed, which })}
      />
    </>
  )
}
