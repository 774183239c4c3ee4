import {
  countedDates,
  type Evaluation,
  evaluate,
  isRunning,
  type Line,
  type MonthTally,
  provenUntil,
  tallyMonth,
} from '@cufflink/rules'
import { standingClaims } from './claims.ts'
import { datesOf } from './dates.ts'
import type { ReadChart } from './reading-charts.ts'
import { homeZone, lastReadingAt, RUNNING_WITHIN_MS } from './row.ts'

/** Raised when a field changes its meaning or goes; a new field is none. */
const TALLY_VERSION = 1
const DAY_MS = 86_400_000

/** What a patient's documents come to at one instant, in named fields (docs/tallies.md), and when they come to something else by themselves. */
export type PatientTally = { readonly fields: Readonly<Record<string, string>>; readonly due: number }

/** Pure: the same chart gives the same tally. */
export function tallyOf(chart: ReadChart): PatientTally {
  const { input, month, now, practice, patient, claims } = chart
  const evaluation = evaluate(input)
  const tally = tallyMonth(input, month)
  const latest = lastReadingAt(chart)
  return {
    fields: {
      version: String(TALLY_VERSION),
      practice: practice.id,
      patient,
      zone: homeZone(chart),
      evaluatedAt: String(now),
      ...periodFields(evaluation),
      ...(latest !== undefined && { lastReadingAt: String(latest) }),
      waitsFor: evaluation.waitsFor.join(' '),
      month,
      seconds: String(tally.seconds),
      secondsDeducted: String(deductedSeconds(tally)),
      conversations: String(tally.conversations.length),
      ...Object.assign({}, ...evaluation.lines.map(codeFields)),
      next: nextOf(evaluation.lines),
      changes: String(standingClaims(claims).filter(({ change }) => change !== undefined).length),
    },
    due: dueOf(chart, evaluation),
  }
}

function periodFields(evaluation: Evaluation): Record<string, string> {
  const counted = countedDates(evaluation)
  const { period } = evaluation
  const dataDays = String(counted.size)
  if (period === undefined) return { dataDays }
  const { start, end } = period
  const dates = datesOf(period).map((date) => (counted.has(date) ? '1' : '0'))
  return { dataDays, periodStart: start, periodEnd: end, dates: dates.join('') }
}

const deductedSeconds = ({ rows }: MonthTally): number =>
  Math.floor(rows.reduce((sum, { deductedMs }) => sum + deductedMs, 0) / 1_000)

const codeFields = ({ code, status, units }: Line): Record<string, string> => ({
  [`code.${code}`]: `${status} ${units}`,
})

/** The first code below its threshold that can still be reached, and what is missing: `99454 2 days`. */
function nextOf(lines: readonly Line[]): string {
  const line = lines.find(({ status, reach }) => status === 'short' && reach.possible)
  if (line === undefined) return ''
  const { days, seconds, conversation } = line.missing
  return [
    line.code,
    ...(days === undefined ? [] : [`${days} days`]),
    ...(seconds === undefined ? [] : [`${seconds} seconds`]),
    ...(conversation === undefined ? [] : ['conversation']),
  ].join(' ')
}

/**
 * The next instant (ms) at which the tally may be another though nothing came in: the period is over, the month is, a line becomes final,
 * a timer nobody extends is an orphan; within a day and a quarter in any case. In which of the two zones a date begins first does not
 * matter: looked at too early, the patient is due again.
 */
function dueOf(chart: ReadChart, { period, lines }: Evaluation): number {
  const { now, month, practice, minutes, clockRate, patient } = chart
  const dates = [
    ...(period ? [dateAfter(period.end)] : []),
    Temporal.PlainYearMonth.from(month).add({ months: 1 }).toPlainDate({ day: 1 }).toString(),
    ...lines.map(({ finalOn }) => finalOn),
  ]
  const zones = new Set([homeZone(chart), practice.zone])
  const begins = dates.flatMap((date) => [...zones].map((zone) => startOf(date, zone)))
  const orphaned = minutes.flatMap(({ sessions }) =>
    sessions.filter(isRunning).map((entry) => provenUntil(entry) + RUNNING_WITHIN_MS * clockRate),
  )
  const soon = Math.round(now + DAY_MS + spread(patient) * (DAY_MS / 4))
  return Math.min(soon, ...[...begins, ...orphaned].filter((instant) => instant > now))
}

const dateAfter = (date: string): string => Temporal.PlainDate.from(date).add({ days: 1 }).toString()
const startOf = (date: string, zone: string): number =>
  Temporal.PlainDate.from(date).toZonedDateTime(zone).epochMilliseconds

/** From 0 to 1, another for each patient, so that a practice is not due all at once. FNV-1a, 32 bits. */
function spread(patient: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < patient.length; at += 1) hash = Math.imul(hash ^ patient.charCodeAt(at), 0x01000193)
  return (hash >>> 0) / 2 ** 32
}
