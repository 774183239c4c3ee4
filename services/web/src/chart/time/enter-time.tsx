import { useState } from 'react'
import { useDraft } from '../../app/session/use-draft.ts'
import { Form } from '../../ui/form/form.tsx'
import { useSay } from '../../ui/form/forms.tsx'
import { useCommand } from '../../ui/form/use-command.ts'
import { localMonth } from '../../ui/time/month.ts'
import { wallOf } from '../../ui/time/zoned-input.ts'
import { countText } from '../../ui/words.ts'
import { useChart } from '../chart-context.ts'
import type { TimeDraft } from './time-draft.ts'
import { enteredText, isTimeBegun, isTimeDraft, stretchOf } from './time-draft.ts'
import { TimeFields } from './time-fields.tsx'
import { firstCategory, firstProgram } from './use-timer.ts'

/** One’s own time by hand. */
export const EnterTime = ({ onDone }: { onDone: () => void }) => {
  const { chart, params, zone, now } = useChart()
  const say = useSay()
  const { state, send } = useCommand('enterTime')
  const [first] = useState<TimeDraft>(() => ({
    date: wallOf(now(), zone).date,
    from: '',
    to: '',
    program: firstProgram(chart),
    category: firstCategory(chart),
    reason: '',
  }))
  const [draft, setDraft, discard] = useDraft({
    name: 'time',
    first: () => first,
    isDraft: isTimeDraft,
    isBegun: (typed) => isTimeBegun(typed, first),
  })
  const { settings } = chart.practice
  const stretch = stretchOf(draft, zone)
  const onSubmit = async () => {
    if (typeof stretch !== 'object') return false
    const { program, category } = draft
    const sent = await send({ params, body: { ...stretch, program, category, reason: draft.reason.trim() } })
    if (!sent.done) return false
    discard()
    say(enteredText(sent.answer.status, localMonth(stretch.from, zone), chart.month))
    onDone()
    return true
  }
  return (
    <Form
      submit="Enter time"
      state={state}
      onCancel={() => {
        discard()
        onDone()
      }}
      onSubmit={onSubmit}
      note={
        <small className="quiet">
          Up to {countText(settings.entryBackDays, 'day')} back
          {settings.approveEntries ? '; it counts once someone else approved it' : ''}.
        </small>
      }
    >
      <TimeFields
        draft={draft}
        stretch={stretch}
        onChange={(change) => setDraft((before) => ({ ...before, ...change }))}
        reasonHint="Why it was not timed"
      />
    </Form>
  )
}
