import { monthIndexOf, zoneClock } from '@cufflink/folds'
import { contextOf } from '../evaluation/context.ts'
import type { Line } from '../evaluation/lines/line.ts'
import { monthOfPatient } from '../evaluation/lines/time-lines.ts'
import { daysOfMonth } from '../evaluation/months.ts'
import type { PatientInput } from '../evaluation/patient.ts'
import { workedTime } from '../evaluation/worked.ts'
import { totalMs } from '../minutes/algebra.ts'
import { perLocalDay } from '../minutes/local-days.ts'
import { type Chance, chanceOfDays, type DayHabit, type HabitPrior } from './days.ts'
import { chanceOfTime, type PastMonth } from './time.ts'

type Program = Line['program']

/** What a practice's past says of its patients: what they are like, and its past patient-months. */
export type Experience = {
  readonly prior: HabitPrior
  readonly months: { readonly [Name in Program]: readonly PastMonth[] }
}

/** A line that is short and can still be met. */
export type ShortLine = Pick<Line, 'program' | 'clock' | 'missing'> & {
  /** Dates on which what is missing can still come. */
  readonly daysLeft: number
  /** Dates of the calendar month that have passed; today has not. */
  readonly daysPassed: number
}

/** Whether a chance can be given: of what is blocked there is none, nor of 99091, whose time is one professional's own. */
export const isForecast = ({ status, blocks, role, reach }: Line): boolean =>
  status === 'short' && blocks.length === 0 && role !== 'physician' && reach.possible

/** The chance that a line will be met by its end: days from the patient's habit, time and a conversation from the practice's past months. */
export function chanceOf(line: ShortLine, habit: DayHabit, { prior, months }: Experience): Chance {
  const { missing, clock, daysLeft, daysPassed, program } = line
  if (clock !== 'month') return chanceOfDays({ daysNeeded: missing.days ?? 0, daysLeft }, habit, prior)
  const goal = {
    secondsNeeded: missing.seconds ?? 0,
    conversationNeeded: missing.conversation ?? false,
    dayOfMonth: daysPassed,
  }
  return chanceOfTime(goal, months[program])
}

/** One patient's past month, as the practice's experience: seconds credited per date in each program, and when they talked. */
export function pastMonthOf(
  input: Omit<PatientInput, 'days'>,
  month: string,
): { readonly [Name in Program]: PastMonth } {
  const worked = workedTime(input)
  const { time, conversations } = monthOfPatient(contextOf(input), { input, worked }, monthIndexOf(month))
  const clock = zoneClock(input.enrolment.practiceZone)
  const { firstDay, lastDay } = daysOfMonth(monthIndexOf(month))
  const conversationDays = conversations.map(
    ({ startedAt }) => clock.dayAt(Math.floor(startedAt / 1000)) - firstDay + 1,
  )
  const of = (program: Program): PastMonth => {
    const credited = time.credited.filter(({ stretch }) => stretch.program === program)
    const perDay = perLocalDay(credited, clock)
    const days = Array.from({ length: lastDay - firstDay + 1 }, (_, index) => firstDay + index)
    return { secondsPerDay: days.map((day) => totalMs(perDay.get(day) ?? []) / 1000), conversationDays }
  }
  return { RPM: of('RPM'), RTM: of('RTM') }
}
