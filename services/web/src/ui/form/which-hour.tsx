import { clockText, zoneShort } from '../time/zoned.ts'
import type { WallTime } from '../time/zoned-input.ts'
import { instantsOf } from '../time/zoned-input.ts'
import { SelectField } from './field.tsx'

type WhichHourProps = {
  /** Of the field in its form. */
  name?: string
  wall: WallTime
  zone: string
  /** `first`, `second`, or nothing yet. */
  value: string
  onWhich: (which: string) => void
}

/** Asks which one is meant, where the clocks of a zone show a time twice; nothing elsewhere. */
export const WhichHour = ({ name, wall, zone, value, onWhich }: WhichHourProps) => {
  const [first, second] = instantsOf(wall, zone) ?? []
  if (first === undefined || second === undefined) return null
  const textOf = (instantMs: number) => `${clockText(instantMs, zone)} ${zoneShort(instantMs, zone)}`
  return (
    <SelectField
      label={`Which ${clockText(first, zone)}`}
      name={name}
      required
      choices={[
        { value: '', label: 'Choose' },
        { value: 'first', label: `${textOf(first)}, the first` },
        { value: 'second', label: `${textOf(second)}, an hour later` },
      ]}
      value={value}
      onChange={({ target }) => onWhich(target.value)}
    />
  )
}
