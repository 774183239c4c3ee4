import type { PatientRow } from '@cufflink/contracts'
import {
  beginningOf,
  countDays,
  countedDates,
  type Evaluation,
  evaluate,
  type GridPeriod,
  isRunning,
  type Line,
  localDate,
  provenUntil,
  tallyMonth,
} from '@cufflink/rules'
import { standingClaims } from './claims.ts'
import { datesOf } from './dates.ts'
import type { ReadChart } from './reading-charts.ts'

/** A timer is extended at least so often, of the wall's time: one that was not is an orphan that nobody has closed yet. */
export const RUNNING_WITHIN_MS = 90_000

/** One line of the patient list (design rule 2: meaning is computed at read). */
export function rowOf(chart: ReadChart): PatientRow {
  const { patient, enrolled, input, month, now, claims } = chart
  const zone = homeZone(chart)
  const evaluation = evaluate(input)
  const tally = tallyMonth(input, month)
  return {
    patient,
    name: enrolled.name,
    zone,
    today: localDate(now, zone),
    ...daysOf(chart, evaluation),
    waitsFor: [...evaluation.waitsFor],
    month: { month, seconds: tally.seconds, conversation: tally.conversations.length > 0 },
    codes: evaluation.lines
      .filter(({ units, role }) => units > 0 && role !== 'setup')
      .map(({ code, status, units }) => ({ code, status, units })),
    working: workingOf(chart),
    changes: standingClaims(claims).filter(({ change }) => change !== undefined).length,
  }
}

/** The row of a patient of whom only the name is known, because the rest could not be worked out. */
export const rowWithoutEvaluation = ({
  month,
  ...patient
}: Pick<PatientRow, 'patient' | 'name' | 'zone' | 'today'> & { readonly month: string }): PatientRow => ({
  ...patient,
  dataDays: 0,
  waitsFor: [],
  month: { month, seconds: 0, conversation: false },
  codes: [],
  working: [],
  changes: 0,
  failed: 'PATIENT_NOT_EVALUATED',
})

/** Where the patient lives now: what is counted is counted by where they lived then. */
export const homeZone = ({ enrolment: { zones }, enrolled, now }: ReadChart): string =>
  zones.findLast(({ from }) => from <= now)?.zone ?? enrolled.zone

type Days = Pick<PatientRow, 'dataDays' | 'period' | 'lastReadingAt'>

function daysOf(chart: ReadChart, evaluation: Evaluation): Days {
  const { period } = evaluation
  const counted = countedDates(evaluation)
  const latest = lastReadingAt(chart)
  return {
    dataDays: counted.size,
    ...(period && { period: shown(period, counted) }),
    ...(latest !== undefined && { lastReadingAt: latest }),
  }
}

/** The instant (ms) of the latest reading, whether it counts or not. */
export function lastReadingAt(chart: ReadChart): number | undefined {
  const since = Math.min(beginningOf(chart.enrolment) ?? chart.now, chart.enrolled.enrolledAt)
  return countDays(chart.input.days, { zone: homeZone(chart), since }).lastReadingAt
}

const shown = (
  { start, end }: GridPeriod,
  counted: ReadonlyMap<string, number>,
): NonNullable<PatientRow['period']> => ({
  start,
  end,
  readingsPerDate: datesOf({ start, end }).map((date) => counted.get(date) ?? 0),
})

/** The clinicians whose timer runs on the patient now. */
export function workingOf({ minutes, now, clockRate }: ReadChart): string[] {
  const running = minutes.flatMap(({ sessions }) =>
    sessions.filter((entry) => isRunning(entry) && now - provenUntil(entry) < RUNNING_WITHIN_MS * clockRate),
  )
  return [...new Set(running.map(({ clinician }) => clinician))].toSorted()
}

/** Whether a line says more than that nothing is there yet. */
export const isTold = ({ units, have, blocks }: Line): boolean =>
  units > 0 || blocks.length > 0 || (have.days ?? 0) > 0 || (have.seconds ?? 0) > 0
