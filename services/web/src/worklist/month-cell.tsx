import type { PatientRow } from '@cufflink/contracts'
import { minuteMarks, needsCall, nextMark } from '@cufflink/contracts/list'
import { minutesText, spokenMinutes } from '../ui/time/duration.ts'
import { onScale } from './marks.ts'

/** The month’s seconds that count, of those of the next code. */
export const MonthMinutes = ({ month }: { month: PatientRow['month'] }) => {
  const { seconds } = month
  const next = nextMark(seconds)
  return (
    <span className="minutes">
      <span className="minutes-text">
        <b data-testid="month-seconds" data-seconds={seconds}>
          {minutesText(seconds)}
        </b>
        {next === undefined ? null : <span className="minutes-of"> / {next / 60} min</span>}
      </span>
      <MinutesBar seconds={seconds} />
    </span>
  )
}

const [ten, twenty, forty, hour] = minuteMarks
const reached = (seconds: number) => minuteMarks.filter((mark) => seconds >= mark).length

/** An hour with marks at 10, 20 and 40 minutes. */
const MinutesBar = ({ seconds }: { seconds: number }) => (
  <svg
    className="minutes-bar"
    viewBox="0 0 100 6"
    preserveAspectRatio="none"
    role="img"
    data-reached={reached(seconds)}
    aria-label={`${spokenMinutes(seconds)} this month; codes begin at 10, 20, 40 and 60 minutes`}
  >
    <rect className="minutes-all" width="100" height="6" />
    <rect className="minutes-done" width={100 * onScale(seconds)} height="6" />
    <path d={[ten, twenty, forty].map((mark) => `M${(100 * mark) / hour} 0v6`).join('')} />
  </svg>
)

/** Whether someone spoke with the patient this month, and whether that is what a code lacks. */
export const Conversation = ({ row }: { row: PatientRow }) => {
  const isDone = row.month.conversation
  const standing = isDone ? 'done' : needsCall(row) ? 'needed' : 'none'
  return (
    <span className="spoken" data-testid="conversation" data-done={isDone} data-standing={standing}>
      {callTexts[standing]}
    </span>
  )
}

const callTexts = { done: '✓ spoken', needed: '☎ call needed', none: 'not yet' } as const
