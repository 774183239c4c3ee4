import type { Program } from '@cufflink/contracts'
import { dateText } from '../time/local-date.ts'
import { useChart } from './chart-context.ts'
import { SelectField, TextField } from './form/field.tsx'
import { reasonField } from './form/reason-form.tsx'
import type { Stretch, TimeDraft } from './time-draft.ts'
import { otherEndDate } from './time-draft.ts'
import { categoryChoices } from './timer-bar.tsx'

type TimeFieldsProps = {
  draft: TimeDraft
  /** What is typed, as instants. */
  stretch: Stretch | undefined
  onChange: (change: Partial<TimeDraft>) => void
  reasonHint: string
}

/** A stretch of time as it is typed, on the practice’s clocks. */
export const TimeFields = ({ draft, stretch, onChange, reasonHint }: TimeFieldsProps) => {
  const { chart, zone } = useChart()
  const ends = otherEndDate(draft, stretch, zone)
  return (
    <>
      <TextField
        label="Date"
        type="date"
        required
        value={draft.date}
        onChange={(event) => onChange({ date: event.target.value })}
      />
      <TextField
        label="From"
        type="time"
        step={1}
        required
        value={draft.from}
        onChange={(event) => onChange({ from: event.target.value })}
      />
      <TextField
        label="To"
        type="time"
        step={1}
        required
        value={draft.to}
        hint={ends === undefined ? undefined : `on ${dateText(ends)}`}
        onChange={(event) => onChange({ to: event.target.value })}
      />
      <SelectField
        label="Program"
        choices={chart.file.programs.map((value) => ({ value, label: value }))}
        value={draft.program}
        // The choices are the programs of the file.
        onChange={(event) => onChange({ program: event.target.value as Program })}
      />
      <SelectField
        label="Category"
        wide
        choices={categoryChoices(chart.categories)}
        value={draft.category}
        onChange={(event) => onChange({ category: event.target.value })}
      />
      <TextField
        label="Reason"
        wide
        {...reasonField}
        value={draft.reason}
        hint={reasonHint}
        onChange={(event) => onChange({ reason: event.target.value })}
      />
    </>
  )
}
