import { dayOf, monthIndexOfDay } from '@cufflink/folds'
import { memo } from './context.ts'
import { gate } from './gates.ts'
import type { GridPeriod } from './grid.ts'
import type { Line } from './lines/line.ts'
import { isMet, type PatientLines } from './lines/patient-lines.ts'
import { overlap } from './locks.ts'
import { daysOfMonth } from './months.ts'
import type { Patient } from './patient.ts'

type Program = Line['program']

const isDevice = ({ role }: Line): boolean => role === 'device-low' || role === 'device-high'
const isTime = ({ role }: Line): boolean => role === 'time-low' || role === 'time-base'

/**
 * What only shows across lines: RPM beside RTM, devices without management and the reverse. A line is compared with all
 * that touches its months: a month's with every 30-day period that has one of its dates, a period's with every month.
 */
export function crossCheck(
  patient: Patient,
  lines: PatientLines,
): (line: Line, months: readonly number[]) => Line {
  const touching = memo((month: number): readonly GridPeriod[] =>
    patient.periods.filter((period) => overlap(period, daysOfMonth(month))),
  )
  const managed = (program: Program, month: number): boolean => stands(lines.timeIn(month), program, isTime)
  const supplied = (program: Program, month: number): boolean =>
    touching(month).some((period) => stands(lines.devicesIn(period), program, isDevice))
  const isAtHand = (program: Program, month: number): boolean =>
    stands(lines.timeIn(month), program) ||
    touching(month).some(
      (period) => stands(lines.devicesIn(period), program) || stands(lines.physicianIn(period), program),
    ) ||
    patient.episodes.some(({ episode }) =>
      stands(lines.setUpOf(episode), program, ({ to }) => monthIndexOfDay(dayOf(to)) === month),
    ) ||
    wasBilled(patient, program, month)
  const mayMix = patient.input.enrolment.chosenProgram === undefined && programsOf(patient).size > 1
  const mixes = memo((month: number): boolean => isAtHand('RTM', month) && isAtHand('RPM', month))
  return (line, months) => {
    const { program } = line
    const gates = gate('RPM_AND_RTM', mayMix && months.some(mixes))
    const warnings = [
      ...gate(
        'DEVICE_WITHOUT_MANAGEMENT',
        isDevice(line) && isMet(line) && !months.some((month) => managed(program, month)),
      ),
      ...gate(
        'MANAGEMENT_WITHOUT_DEVICE',
        isTime(line) && isMet(line) && !months.some((month) => supplied(program, month)),
      ),
    ]
    if (gates.length + warnings.length === 0) return line
    return {
      ...line,
      status: gates.length > 0 && isMet(line) ? 'blocked' : line.status,
      blocks: [...line.blocks, ...gates],
      warnings: [...line.warnings, ...warnings],
    }
  }
}

/** All that this patient was ever monitored, worked or billed for. */
export const programsOf = ({ context, programs, worked }: Patient): ReadonlySet<string> =>
  new Set<string>([
    ...programs,
    ...worked.own.stretches
      .map(({ program }) => program)
      .filter((program) => program === 'RPM' || program === 'RTM'),
    ...context.locked.map(({ rule }) => rule.program),
  ])

const stands = (lines: readonly Line[], program: Program, test: (line: Line) => boolean = isMet): boolean =>
  lines.some((line) => line.program === program && isMet(line) && test(line))

/** A billed line is at hand, whatever is known now; a set-up in the month of its date of service. */
const wasBilled = ({ context }: Patient, program: Program, month: number): boolean =>
  context.locked.some(({ rule, firstDay, lastDay }) => {
    const first = rule.role === 'setup' ? lastDay : firstDay
    return rule.program === program && overlap({ firstDay: first, lastDay }, daysOfMonth(month))
  })
