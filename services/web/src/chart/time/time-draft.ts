import type { AnswerOf, ChartStretch, Program } from '@cufflink/contracts'
import { isProgram } from '../../app/live/read-file.ts'
import { isText, optional, shape } from '../../app/live/shape.ts'
import { hoursText } from '../../ui/time/duration.ts'
import { monthText } from '../../ui/time/month.ts'
import { fieldTime, typedInstant, wallOf } from '../../ui/time/zoned-input.ts'

/** A stretch of time as it is typed: on the clocks of the practice's zone. */
export type TimeDraft = {
  readonly date: string
  readonly from: string
  readonly to: string
  /** Which of the two, where the clocks showed the time twice: `first` or `second`. */
  readonly fromWhich?: string
  readonly toWhich?: string
  readonly program: Program
  readonly category: string
  readonly reason: string
}

export const isTimeDraft = shape<TimeDraft>({
  date: isText,
  from: isText,
  to: isText,
  fromWhich: optional(isText),
  toWhich: optional(isText),
  program: isProgram,
  category: isText,
  reason: isText,
})

/** Whether closing the form would lose anything that differs from what it began with. */
export const isTimeBegun = (draft: TimeDraft, first: TimeDraft): boolean =>
  JSON.stringify(draft) !== JSON.stringify(first)

export type Stretch = { readonly from: number; readonly until: number }

/** What is written already, to be amended. */
export const draftOf = (session: ChartStretch, zone: string): TimeDraft => {
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

export type Typed = Pick<TimeDraft, 'date' | 'from' | 'to' | 'fromWhich' | 'toWhich'>

const orderText = 'It must end after it begins. Time over midnight is entered for each date.'

/** From how long on one stretch is more likely a mistake, so that its length must be confirmed. */
const longMs = 3_600_000

/**
 * The instants that were typed, or what is wrong with them; `undefined` while some are missing. What was not changed of `written` keeps
 * its instant, which may have milliseconds, or be in an hour that the clocks show twice; only what was written may end on another date.
 */
export const stretchOf = (
  typed: Typed,
  zone: string,
  written?: ChartStretch,
): Stretch | string | undefined => {
  const { date, from, to } = typed
  if (date === '' || from === '' || to === '') return undefined
  const before = written && draftOf(written, zone)
  const isSameDate = date === before?.date
  const begins =
    isSameDate && from === before.from && written !== undefined
      ? written.start
      : typedInstant({ date, time: from, which: typed.fromWhich }, zone)
  const endDate = isSameDate && written !== undefined ? wallOf(written.end, zone).date : date
  const ends =
    isSameDate && to === before.to && written !== undefined
      ? written.end
      : typedInstant({ date: endDate, time: to, which: typed.toWhich }, zone)
  if (typeof begins !== 'number') return begins
  if (typeof ends !== 'number') return ends
  return ends > begins ? { from: begins, until: ends } : orderText
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

/** How long a stretch is, in words, and whether that is to be confirmed. */
export const lengthOf = ({ from, until }: Stretch): { readonly text: string; readonly isLong: boolean } => ({
  text: hoursText((until - from) / 1_000),
  isLong: until - from > longMs,
})

/** What became of time that was entered; where it is of another month than the one shown, which. */
export const enteredText = (
  status: AnswerOf<'enterTime'>['status'],
  month: string,
  shownMonth: string,
): string => {
  const where = month === shownMonth ? '' : ` in ${monthText(month)}`
  return `Time entered${where}.${status === 'proposed' ? ' It waits for approval.' : ''}`
}
