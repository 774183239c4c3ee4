import {
  dateOf,
  dayOf,
  type EpochDay,
  monthIndexOf,
  monthIndexOfDay,
  monthName,
  zoneClock,
} from '@cufflink/folds'
import { codeNamed } from '../rulesets/select.ts'
import { crossCheck } from './cross-check.ts'
import { type LockedLine, zoneAt } from './enrolment.ts'
import { gate } from './gates.ts'
import type { GridPeriod } from './grid.ts'
import type { Line } from './lines/line.ts'
import { linesOf, type PatientLines } from './lines/patient-lines.ts'
import { daysOf, episodeOfSetUp, hasDates, overlap, startOfDay } from './locks.ts'
import { daysOfMonth, monthsOf } from './months.ts'
import { type Patient, type PatientInput, patientOf } from './patient.ts'

export type EvaluationInput = PatientInput & {
  /** The local date whose period and month are asked for; that of `asOf` when absent. */
  readonly on?: string
}

export type Evaluation = {
  readonly patient: string
  readonly asOf: number
  readonly on: string
  readonly month: string
  /** Absent before the first countable reading, and outside every episode. */
  readonly period?: GridPeriod
  /** What the first period still waits for; empty where there is one. */
  readonly waitsFor: readonly Waiting[]
  readonly lines: readonly Line[]
}

export type Waiting = 'CONSENT' | 'ORDER' | 'EPISODE' | 'DEVICE' | 'READING'

/** Where each code stands for one patient: the 30-day period and the calendar month that hold one date. Pure. */
export function evaluate(input: EvaluationInput): Evaluation {
  const { patient, on } = patientOn(input)
  return evaluatePatient(patient, on)
}

/** The patient, with all periods that an evaluation of the date looks at. */
export function patientOn(input: EvaluationInput): { readonly patient: Patient; readonly on: string } {
  const on = input.on ?? dateOf(today(input))
  return { patient: patientOf(input, horizonOf(input, dayOf(on))), on }
}

export function evaluatePatient(patient: Patient, on: string): Evaluation {
  const day = dayOf(on)
  const orderOf = ({ episode }: GridPeriod): number =>
    patient.episodes.findIndex((held) => held.episode === episode)
  // of two episodes that both have the date, that which began last
  const [period] = patient.periods
    .filter(({ firstDay, lastDay }) => firstDay <= day && day <= lastDay)
    .toSorted((a, b) => orderOf(b) - orderOf(a))
  return evaluationsOf(patient)({ on, month: monthIndexOfDay(day), period })
}

/** Whether a line says more than that nothing is there yet: charts and sheets show only such lines. */
export const isTold = ({ units, have, blocks }: Line): boolean =>
  units > 0 || blocks.length > 0 || (have.days ?? 0) > 0 || (have.seconds ?? 0) > 0

/**
 * The dates that count in the 30-day period of an evaluation, each with its readings; of several families the most. None without a
 * period. The list, the chart and the codes all show these.
 */
export function countedDates({ lines }: Pick<Evaluation, 'lines'>): ReadonlyMap<string, number> {
  const counted = new Map<string, number>()
  for (const { evidence, clock } of lines) {
    if (evidence.kind !== 'device' || clock !== 'period') continue
    for (const { date, readings } of evidence.dates)
      counted.set(date, Math.max(readings, counted.get(date) ?? 0))
  }
  return counted
}

/**
 * The evaluations of a calendar month: one for each 30-day period, of any episode, that has a date in it; at least
 * one. The month's own lines are the same in each.
 */
export function evaluateMonth(input: Omit<EvaluationInput, 'on'>, month: string): readonly Evaluation[] {
  const monthIndex = monthIndexOf(month)
  const days = daysOfMonth(monthIndex)
  const patient = patientOf(input, horizonOf(input, days.lastDay))
  const evaluationOf = evaluationsOf(patient)
  const touching = patient.periods.filter((period) => overlap(period, days))
  if (touching.length === 0) return [evaluationOf({ on: dateOf(days.lastDay), month: monthIndex })]
  return touching.map((period) =>
    evaluationOf({ on: dateOf(Math.max(days.firstDay, period.firstDay)), month: monthIndex, period }),
  )
}

const today = ({ enrolment, asOf }: PatientInput): EpochDay => {
  const second = Math.floor(asOf / 1000)
  return zoneClock(zoneAt(enrolment, second)).dayAt(second)
}

/** How far periods are laid out: all that touch a month that the period of a day touches, and that of today. */
const horizonOf = (input: PatientInput, day: EpochDay): EpochDay =>
  Math.max(daysOfMonth(monthIndexOfDay(day + LONGEST_PERIOD_DAYS)).lastDay, today(input))

/** No rule set has a longer one. */
const LONGEST_PERIOD_DAYS = 366

type Place = { readonly on: string; readonly month: number; readonly period?: GridPeriod | undefined }

function evaluationsOf(patient: Patient): (place: Place) => Evaluation {
  const lines = checkedLines(patient)
  const { enrolment, asOf } = patient.input
  return ({ on, month, period }) => ({
    patient: enrolment.patient,
    asOf,
    on,
    month: monthName(month),
    ...(period && { period }),
    waitsFor: period ? [] : waiting(patient, dayOf(on)),
    lines: [
      ...(period ? lines.setUpOf(period.episode) : []),
      ...(period ? lines.devicesIn(period) : []),
      ...lines.timeIn(month),
      ...(period ? lines.physicianIn(period) : []),
    ],
  })
}

/** Every line after it was compared with those of the months that it touches. */
function checkedLines(patient: Patient): PatientLines {
  const lines = linesOf(patient)
  const check = crossCheck(patient, lines)
  const inPeriod = (of: (period: GridPeriod) => readonly Line[]) => (period: GridPeriod) =>
    of(period).map((line) => check(line, monthsOf(period)))
  return {
    // a set-up is billed for the date that completes it
    setUpOf: (episode) =>
      lines.setUpOf(episode).map((line) => check(line, [monthIndexOfDay(daysOf(line).lastDay)])),
    devicesIn: inPeriod(lines.devicesIn),
    timeIn: (month) => lines.timeIn(month).map((line) => check(line, [month])),
    physicianIn: inPeriod(lines.physicianIn),
  }
}

/**
 * The lines of the window in which a line was billed, as they are today: of a set-up those of its episode, of a month the
 * month's, of a period those of the period with its very dates, whatever other periods have some of them.
 */
export function linesInPlaceOf(input: PatientInput, locked: LockedLine): readonly Line[] {
  const rule = codeNamed(input.ruleSets, locked.code)
  if (rule === undefined || !hasDates(locked)) return []
  const { firstDay, lastDay } = daysOf(locked)
  const patient = patientOf(input, horizonOf(input, lastDay))
  const lines = checkedLines(patient)
  if (rule.role === 'setup') {
    const episode = episodeOfSetUp({ firstDay, lastDay }, patient.context)
    const own = episode === undefined ? [] : lines.setUpOf(episode.episode)
    return own.filter(({ locked: held }) => held?.from === locked.from && held.to === locked.to)
  }
  if (rule.role.startsWith('time')) return lines.timeIn(monthIndexOfDay(lastDay))
  return patient.periods.flatMap((period) =>
    period.firstDay === firstDay && period.lastDay === lastDay
      ? [...lines.devicesIn(period), ...lines.physicianIn(period)]
      : [],
  )
}

function waiting({ context, episodes }: Patient, day: EpochDay): readonly Waiting[] {
  const { enrolment } = context
  const start = startOfDay(enrolment, day) * 1000
  const missing: readonly Waiting[] = [
    ...gate('CONSENT', enrolment.consents.length === 0),
    ...gate('ORDER', enrolment.orders.length === 0),
    ...gate('EPISODE', !episodes.some(({ to }) => to === undefined || to > start)),
    ...gate('DEVICE', enrolment.devices.length === 0),
  ]
  return missing.length > 0 ? missing : ['READING']
}
