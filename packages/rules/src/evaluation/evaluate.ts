import type { DaysDocument } from '../days/document.ts'
import type { Family } from '../rulesets/rule-set.ts'
import { programOf, rulesOn } from '../rulesets/select.ts'
import { dateOf, dayOf, firstDayOfMonth, monthIndexOf, monthIndexOfDay, monthName } from '../time/calendar.ts'
import { zoneClock } from '../time/zone.ts'
import { deviceLines, setUpLine } from './device-lines.ts'
import type { Enrolment } from './enrolment.ts'
import { anchorOf, type GridPeriod, periodsOf, zoneAt } from './grid.ts'
import type { Line } from './line.ts'
import { type Context, gate } from './lines.ts'
import type { MinutesInput } from './month.ts'
import { type JudgedReading, judgeReadings } from './readings.ts'
import type { Gate, Warning } from './signals.ts'
import { monthOfPatient, physicianLines, timeLines } from './time-lines.ts'

export type EvaluationInput = Context &
  MinutesInput & {
    /** The patient's days, from the month of the first reading of the episode on (or `anchorAt` is given). */
    readonly days: readonly DaysDocument[]
    /** The local date whose period and month are asked for; that of `asOf` when absent. */
    readonly on?: string
    /** The anchor of the episode (epoch ms) where it is known already, so that older months need not be loaded. */
    readonly anchorAt?: number
  }

export type Evaluation = {
  readonly patient: string
  readonly asOf: number
  readonly on: string
  readonly month: string
  /** Absent before the first countable reading, and outside every episode. */
  readonly period?: GridPeriod
  /** What the first period still waits for; empty once there is a grid. */
  readonly waitsFor: readonly Waiting[]
  readonly lines: readonly Line[]
}

export type Waiting = 'CONSENT' | 'ORDER' | 'EPISODE' | 'DEVICE' | 'READING'

/** Where each code stands for one patient: the 30-day period and the calendar month that hold one date. Pure. */
export function evaluate(input: EvaluationInput): Evaluation {
  const { enrolment, asOf } = input
  const asOfSecond = Math.floor(asOf / 1000)
  const on = input.on ?? dateOf(zoneClock(zoneAt(enrolment, asOfSecond)).dayAt(asOfSecond))
  const { settings } = rulesOn(input.ruleSets, on, enrolment)
  const readings = judgeReadings(input.days, enrolment, { settings, asOf })
  const period = periodOn(input, { readings, on })
  const families = familiesOf(input, readings)
  const device = period ? families.flatMap((family) => deviceLines(input, period, { family, readings })) : []
  const month = monthOfPatient(input, input, monthIndexOfDay(dayOf(on)))
  const programs = new Set(families.map(programOf))
  for (const { session } of month.time.credited) {
    if (session.program === 'RPM' || session.program === 'RTM') programs.add(session.program)
  }
  const time = [...programs].flatMap((program) => timeLines(input, month, program))
  const setUp = period ? setUpLines(input, { families, readings, period }) : []
  const timeCodes = time.some((line) => line.program === 'RPM' && isMet(line))
  const physician = period ? physicianLines(input, period, { input, timeCodes }) : []
  const lines = crossCheck([...setUp, ...device, ...time, ...physician], enrolment.chosenProgram)
  return {
    patient: enrolment.patient,
    asOf,
    on,
    month: monthName(monthIndexOfDay(dayOf(on))),
    ...(period && { period }),
    waitsFor: period ? [] : waiting(enrolment),
    lines,
  }
}

/** The evaluations of a calendar month: one for each 30-day period that has a date in it, at least one. */
export function evaluateMonth(input: Omit<EvaluationInput, 'on'>, month: string): readonly Evaluation[] {
  const firstDay = firstDayOfMonth(monthIndexOf(month))
  const lastDay = firstDayOfMonth(monthIndexOf(month) + 1) - 1
  const evaluations: Evaluation[] = []
  for (let day = firstDay; day <= lastDay; ) {
    const evaluation = evaluate({ ...input, on: dateOf(day) })
    if (evaluation.period) evaluations.push(evaluation)
    else if (day === lastDay && evaluations.length === 0) evaluations.push(evaluation)
    day = evaluation.period ? evaluation.period.lastDay + 1 : day + 1
  }
  return evaluations
}

type Readings = { readonly readings: readonly JudgedReading[] }

/** The period of the patient's grid that holds a date; the latest episode first. */
function periodOn(
  input: EvaluationInput,
  { readings, on }: Readings & { readonly on: string },
): GridPeriod | undefined {
  const { enrolment, ruleSets } = input
  const { settings } = rulesOn(ruleSets, on, enrolment)
  for (const episode of enrolment.episodes.toSorted((a, b) => b.from - a.from)) {
    const known = input.anchorAt === undefined ? undefined : Math.floor(input.anchorAt / 1000)
    const anchor = known ?? anchorOf(enrolment, episode, { readings, settings })
    if (anchor === undefined) continue
    for (const period of periodsOf(enrolment, episode, { anchor, readings, settings })) {
      if (period.start > on) break
      if (period.end >= on) return period
    }
  }
  return undefined
}

function waiting({ consents, orders, episodes, devices }: Enrolment): readonly Waiting[] {
  const missing: readonly Waiting[] = [
    ...gate('CONSENT', consents.length === 0),
    ...gate('ORDER', orders.length === 0),
    ...gate('EPISODE', episodes.length === 0),
    ...gate('DEVICE', devices.length === 0),
  ]
  return missing.length > 0 ? missing : ['READING']
}

/** What the patient is monitored for: the families of the devices on file, of the readings, or RPM. */
function familiesOf({ enrolment }: EvaluationInput, readings: readonly JudgedReading[]): readonly Family[] {
  const families = new Set<Family>(readings.map(({ family }) => family))
  for (const { model } of enrolment.devices) {
    const known = enrolment.models.find((onFile) => onFile.model === model)
    if (known) families.add(known.family)
  }
  return families.size === 0 ? ['RPM'] : [...families]
}

type SetUp = Readings & { readonly families: readonly Family[]; readonly period: GridPeriod }

/** One set-up line per program: the families of RTM share theirs. */
function setUpLines(input: EvaluationInput, { families, readings, period }: SetUp): readonly Line[] {
  const first = new Map(families.toReversed().map((family) => [programOf(family), family]))
  return [...first.values()].flatMap((family) => setUpLine(input, { family, readings, period }))
}

/** Whether a line's own threshold is met, whatever gates stand before it. */
export const isMet = (line: Line): boolean => line.units > 0

const isDevice = ({ role }: Line): boolean => role === 'device-low' || role === 'device-high'
const isTime = ({ role }: Line): boolean => role === 'time-low' || role === 'time-base'

/** What only shows across lines: RPM beside RTM, devices without management and the reverse. */
function crossCheck(lines: readonly Line[], chosen: 'RPM' | 'RTM' | undefined): readonly Line[] {
  const met = (program: string, test: (line: Line) => boolean): boolean =>
    lines.some((line) => line.program === program && test(line) && isMet(line))
  const both =
    chosen === undefined && ['RPM', 'RTM'].every((program) => met(program, (line) => line.role !== 'setup'))
  return lines.map((line) => {
    const { program } = line
    const gates: readonly Gate[] = gate('RPM_AND_RTM', both)
    const warnings: readonly Warning[] = [
      ...gate('DEVICE_WITHOUT_MANAGEMENT', isDevice(line) && isMet(line) && !met(program, isTime)),
      ...gate('MANAGEMENT_WITHOUT_DEVICE', isTime(line) && isMet(line) && !met(program, isDevice)),
    ]
    return {
      ...line,
      status: gates.length > 0 ? 'blocked' : line.status,
      blocks: [...line.blocks, ...gates],
      warnings: [...line.warnings, ...warnings],
    }
  })
}
