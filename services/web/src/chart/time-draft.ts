import type { AnswerOf, ChartSession, Program } from '@cufflink/contracts'
import { isProgram } from '../live/read-file.ts'
import { isText, shape } from '../live/shape.ts'
import { addDays } from '../time/local-date.ts'
import { monthText } from '../time/month.ts'
import { wallOf, zonedToInstant } from './zoned-input.ts'

/** A stretch of time as it is typed: on the clocks of the practice's zone. */
export type TimeDraft = {
  readonly date: string
  readonly from: string
  readonly to: string
  readonly program: Program
  readonly category: string
  readonly reason: string
}

export const isTimeDraft = shape<TimeDraft>({
  date: isText,
  from: isText,
  to: isText,
  program: isProgram,
  category: isText,
  reason: isText,
})

/** Whether closing the form would lose anything that differs from what it began with. */
export const isTimeBegun = (draft: TimeDraft, first: TimeDraft): boolean =>
  JSON.stringify(draft) !== JSON.stringify(first)

export type Stretch = { readonly from: number; readonly until: number }

/** A wall time as a field takes it: without seconds where there are none. */
const fieldTime = (time: string): string => (time.endsWith(':00') ? time.slice(0, 5) : time)

/** What is written already, to be amended. */
export const draftOf = (session: ChartSession, zone: string): TimeDraft => {
  const from = wallOf(session.start, zone)
  const to = wallOf(session.end, zone)
  const { program, category } = session
  return {
    date: from.date,
    from: fieldTime(from.time),
    to: fieldTime(to.time),
    program,
    category,
    reason: '',
  }
}

export type Typed = Pick<TimeDraft, 'date' | 'from' | 'to'>

const padded = (time: string): string => (time.length === 5 ? `${time}:00` : time)

/** A `to` that is before `from` on the clock is of the next date. The same time twice is no day long, but nothing. */
const endDate = ({ date, from, to }: Typed): string => (padded(to) < padded(from) ? addDays(date, 1) : date)

/**
 * The instants that were typed; `undefined` while some are missing. What was not changed of `written` keeps its instant, which may
 * have milliseconds, or be in an hour that the clocks show twice.
 */
export const stretchOf = (typed: Typed, zone: string, written?: ChartSession): Stretch | undefined => {
  if (typed.date === '' || typed.from === '' || typed.to === '') return undefined
  const before = written && draftOf(written, zone)
  const isKept = (time: 'from' | 'to') => typed.date === before?.date && typed[time] === before[time]
  const from = isKept('from') ? written?.start : zonedToInstant(typed.date, typed.from, zone)
  if (from === undefined) return undefined
  const until =
    written !== undefined && isKept('to') && written.end >= from
      ? written.end
      : zonedToInstant(endDate(typed), typed.to, zone)
  return until === undefined ? undefined : { from, until }
}

/** The date on which it ends, where that is not the one on which it begins. */
export const otherEndDate = (
  { date }: Pick<Typed, 'date'>,
  stretch: Stretch | undefined,
  zone: string,
): string | undefined => {
  const ends = stretch && wallOf(stretch.until, zone).date
  return ends === date ? undefined : ends
}

/** What became of time that was entered; where it is of another month than the one shown, which. */
export const enteredText = (
  status: AnswerOf<'enterTime'>['status'],
  month: string,
  shownMonth: string,
): string => {
  const where = month === shownMonth ? '' : ` in ${monthText(month)}`
  return `Time entered${where}.${status === 'proposed' ? ' It waits for approval.' : ''}`
}
