import { dayOf, type EpochDay, localDate, monthIndexOf, zoneClock } from '@cufflink/folds'
import { contextOf } from '../evaluation/context.ts'
import { zoneAt } from '../evaluation/enrolment.ts'
import type { Evaluation } from '../evaluation/evaluate.ts'
import type { Line } from '../evaluation/lines/line.ts'
import { monthOfPatient } from '../evaluation/lines/time-lines.ts'
import { daysOfMonth } from '../evaluation/months.ts'
import { type PatientInput, patientOf } from '../evaluation/patient.ts'
import { workedTime } from '../evaluation/worked.ts'
import { totalMs } from '../minutes/algebra.ts'
import { perLocalDay } from '../minutes/local-days.ts'
import { programOf } from '../rulesets/select.ts'
import { type Chance, chanceOfDays, type DayHabit, type HabitPrior } from './days.ts'
import { chanceOfTime, type PastMonth } from './time.ts'

type Program = 'RPM' | 'RTM'

/** What a forecast stands on, by program: the patient's reading habit, the practice's, and its past patient-months. */
export type History = {
  readonly [Name in Program]?: {
    readonly habit: DayHabit
    readonly prior?: HabitPrior
    readonly months: readonly PastMonth[]
  }
}

/** The chance that a line which is short now will be met by its end, and the sentence that says what it stands on. */
export type LineForecast = Pick<Line, 'code' | 'program' | 'from' | 'to'> & Chance

/**
 * A chance for each line of an evaluation that is short: days from the patient's habit, time and a conversation from the
 * practice's past months. What is blocked is not forecast, nor 99091, whose time is one professional's own.
 */
export const forecast = (evaluation: Evaluation, history: History): readonly LineForecast[] =>
  evaluation.lines.flatMap((line) => {
    if (line.status !== 'short' || line.blocks.length > 0 || line.role === 'physician') return []
    const { code, program, from, to } = line
    return [{ code, program, from, to, ...chanceOf(line, evaluation.asOf, history[program]) }]
  })

function chanceOf(line: Line, asOf: number, history: History[Program]): Chance {
  const { missing, reach, clock } = line
  if (clock === 'month') {
    if (reach.daysLeft === 0) return { chance: 0, because: 'The month has ended.' }
    const goal = {
      secondsNeeded: missing.seconds ?? 0,
      conversationNeeded: missing.conversation ?? false,
      dayOfMonth: daysOver(line, asOf),
    }
    return chanceOfTime(goal, history?.months ?? [])
  }
  const goal = { daysNeeded: missing.days ?? 0, daysLeft: reach.daysLeft }
  return chanceOfDays(goal, history?.habit ?? { daysWith: 0, daysObserved: 0 }, history?.prior)
}

/** How many dates of a line's month have passed: today has not. */
const daysOver = ({ evidence, from }: Line, asOf: number): number =>
  Math.max(0, dayOf(localDate(asOf, evidence.zone)) - dayOf(from))

/** How many of the last dates are looked at for a habit. */
const HABIT_DAYS = 60

/**
 * A patient's reading habit in one program as known at `asOf`: of the dates that have passed, at most the last 60 and none
 * before the first reading that counts, how many have a reading that counts.
 */
export function habitOf(input: PatientInput, program: Program): DayHabit {
  const second = Math.floor(input.asOf / 1000)
  const clock = zoneClock(zoneAt(input.enrolment, second))
  const today = clock.dayAt(second)
  const days = patientOf(input, today)
    .readings.filter(({ excluded, family }) => excluded === undefined && programOf(family) === program)
    .map(({ counted }) => clock.dayAt(counted))
    .filter((day) => day < today)
  const [first] = days
  if (first === undefined) return { daysWith: 0, daysObserved: 0 }
  const since: EpochDay = Math.max(first, today - HABIT_DAYS)
  return { daysWith: new Set(days.filter((day) => day >= since)).size, daysObserved: today - since }
}

/** One patient's past month in one program, as the practice's experience: seconds credited per date, and when they talked. */
export function pastMonthOf(
  input: Omit<PatientInput, 'days'>,
  { month, program }: { readonly month: string; readonly program: Program },
): PastMonth {
  const worked = workedTime(input)
  const { time, conversations } = monthOfPatient(contextOf(input), { input, worked }, monthIndexOf(month))
  const clock = zoneClock(input.enrolment.practiceZone)
  const { firstDay, lastDay } = daysOfMonth(monthIndexOf(month))
  const perDay = perLocalDay(
    time.credited.filter(({ stretch }) => stretch.program === program),
    clock,
  )
  return {
    secondsPerDay: Array.from(
      { length: lastDay - firstDay + 1 },
      (_, index) => totalMs(perDay.get(firstDay + index) ?? []) / 1000,
    ),
    conversationDays: conversations.map(
      ({ startedAt }) => clock.dayAt(Math.floor(startedAt / 1000)) - firstDay + 1,
    ),
  }
}
