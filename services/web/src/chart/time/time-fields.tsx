import type { Program } from '@cufflink/contracts'
import { ConfirmLength } from '../../ui/form/confirm-length.tsx'
import { SelectField, TextField } from '../../ui/form/field.tsx'
import { reasonField } from '../../ui/form/reason-form.tsx'
import { WhichHour } from '../../ui/form/which-hour.tsx'
import { dateText } from '../../ui/time/local-date.ts'
import { stepOf } from '../../ui/time/zoned-input.ts'
import { useChart } from '../chart-context.ts'
import type { Stretch, TimeDraft } from './time-draft.ts'
import { lengthOf, otherEndDate } from './time-draft.ts'
import { categoryChoices } from './timer-bar.tsx'

type TimeFieldsProps = {
  draft: TimeDraft
  /** What is typed, as instants. */
  stretch: Stretch | string | undefined
  onChange: (change: Partial<TimeDraft>) => void
  reasonHint: string
}

/** A stretch of time as it is typed, on the practice’s clocks. */
export const TimeFields = ({ draft, stretch, onChange, reasonHint }: TimeFieldsProps) => {
  const { chart, zone } = useChart()
  const whole = typeof stretch === 'string' ? undefined : stretch
  const ends = otherEndDate(draft, whole, zone)
  const length = whole && lengthOf(whole)
  const hint = [length?.text, ends === undefined ? undefined : `ends on ${dateText(ends)}`]
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
        step={stepOf(draft.from)}
        required
        value={draft.from}
        onChange={(event) => onChange({ from: event.target.value, fromWhich: '' })}
      />
      <WhichHour
        wall={{ date: draft.date, time: draft.from }}
        zone={zone}
        value={draft.fromWhich ?? ''}
        onWhich={(fromWhich) => onChange({ fromWhich })}
      />
      <TextField
        label="To"
        type="time"
        step={stepOf(draft.to)}
        required
        value={draft.to}
        hint={hint.some(Boolean) ? hint.filter(Boolean).join(', ') : undefined}
        onChange={(event) => onChange({ to: event.target.value, toWhich: '' })}
      />
      <WhichHour
        wall={{ date: draft.date, time: draft.to }}
        zone={zone}
        value={draft.toWhich ?? ''}
        onWhich={(toWhich) => onChange({ toWhich })}
      />
      {typeof stretch === 'string' ? (
        <p className="form-note" role="status">
          {stretch}
        </p>
      ) : null}
      {length?.isLong ? <ConfirmLength text={length.text} /> : null}
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
