import { monthIndexOf, zoneClock } from '@cufflink/folds'
import { type Context, contextOf } from '../evaluation/context.ts'
import { anyHolds } from '../evaluation/enrolment.ts'
import { isTold } from '../evaluation/evaluate.ts'
import type { Line } from '../evaluation/lines/line.ts'
import { type Month, monthOfPatient } from '../evaluation/lines/time-lines.ts'
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
}

/** Whether a chance can be given of a line that is shown: of what is blocked there is none, nor of 99091, whose time is one professional's own. */
export const isForecast = (line: Line): boolean =>
  isTold(line) &&
  line.status === 'short' &&
  line.blocks.length === 0 &&
  line.role !== 'physician' &&
  line.reach.possible

/** The chance that a line will be met by its end: days from the patient's habit, time and a conversation from the practice's past months. */
export function chanceOf(line: ShortLine, habit: DayHabit, { prior, months }: Experience): Chance {
  const { missing, clock, daysLeft, program } = line
  if (clock !== 'month') return chanceOfDays({ daysNeeded: missing.days ?? 0, daysLeft }, habit, prior)
  const goal = {
    secondsNeeded: missing.seconds ?? 0,
    conversationNeeded: missing.conversation ?? false,
    daysLeft,
  }
  return chanceOfTime(goal, months[program])
}

/**
 * One patient's past month, as the practice's experience of each program that the patient was in from its first instant to its last: enrolled
 * for it, with consent, in one episode. Seconds credited per date, and the dates on which they talked.
 */
export function pastMonthOf(
  input: Omit<PatientInput, 'days'>,
  month: string,
): { readonly [Name in Program]?: PastMonth } {
  const context = contextOf(input)
  const worked = workedTime(input)
  const { instants, time, conversations } = monthOfPatient(context, { input, worked }, monthIndexOf(month))
  if (!wasThere(context, instants)) return {}
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
  const { programs = ['RPM'] } = input.enrolment
  return {
    ...(programs.includes('RPM') && { RPM: of('RPM') }),
    ...(programs.includes('RTM') && { RTM: of('RTM') }),
  }
}

/** Whether one episode with consent holds a whole month. It ends with the consent, and with the patient's death. */
const wasThere = ({ enrolment, episodes }: Context, { start, end }: Month['instants']): boolean =>
  anyHolds(enrolment.consents, Math.floor(start / 1000)) &&
  episodes.some(({ from, to = end }) => from <= start && to >= end)
