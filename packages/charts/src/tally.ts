import {
  beginningOf,
  countedDates,
  type Evaluation,
  evaluate,
  type Line,
  type MonthTally,
  standingClaims,
  tallyMonth,
} from '@cufflink/billing'
import {
  dateOf,
  dayOf,
  isRunning,
  latestSecond,
  localDate,
  monthAfter,
  provenUntil,
  zoneClock,
} from '@cufflink/folds'
import type { Tally } from '@cufflink/views'
import type { ReadChart } from './chart-reader.ts'
import type { Practice } from './practices.ts'
import { missingFields, missingWords } from './short-lines.ts'

/** Raised when a field changes its meaning or goes; a new field is none. */
const TALLY_VERSION = 1
const DAY_MS = 86_400_000
/** A timer is extended at least so often, of the wall's time: one that was not is an orphan that no one has closed yet. */
const RUNNING_WITHIN_MS = 90_000

/** What a patient's documents come to at one instant, in fields with names (docs/tallies.md), and when they come to something else by themselves. */
export type PatientTally = { readonly fields: Tally; readonly due: number }

/** Pure: the same chart gives the same tally. `settledUntil` is the second of the latest reading that its days may lack. */
export function tallyOf(
  chart: ReadChart,
  evaluation: Evaluation = evaluate(chart.input),
  settledUntil = 0,
): PatientTally {
  const { input, month, now, practice, patient, enrolled, claims, minutes } = chart
  const tally = tallyMonth(input, month)
  const latest = lastReadingAt(chart, settledUntil)
  const clinicians = new Set(minutes.flatMap(({ stretches }) => stretches.map(({ clinician }) => clinician)))
  return {
    fields: {
      version: String(TALLY_VERSION),
      practice: practice.id,
      patient,
      name: enrolled.name,
      zone: homeZone(chart),
      evaluatedAt: String(now),
      ...periodFields(evaluation),
      ...(latest !== undefined && { lastReadingAt: String(latest) }),
      waitsFor: evaluation.waitsFor.join(' '),
      month,
      seconds: String(tally.seconds),
      secondsDeducted: String(deductedSeconds(tally)),
      conversations: String(tally.conversations.length),
      clinicians: [...clinicians].toSorted().join(' '),
      working: workingOf(chart).join(' '),
      ...codeFields(evaluation.lines),
      next: nextOf(evaluation.lines),
      ...missingFields(evaluation.lines),
      changes: String(standingClaims(claims).filter(({ change }) => change !== undefined).length),
    },
    due: dueOf(chart, evaluation),
  }
}

/** The tally of a patient who cannot be evaluated: who it is, as far as the tally before says. */
export const tallyWithoutEvaluation = (
  { patient, month, now }: Pick<ReadChart, 'patient' | 'month' | 'now'>,
  { practice, before }: { readonly practice: Practice; readonly before: Tally },
): Tally => ({
  version: String(TALLY_VERSION),
  practice: practice.id,
  patient,
  ...(before['name'] && { name: before['name'] }),
  zone: before['zone'] ?? practice.zone,
  evaluatedAt: String(now),
  month,
  failed: 'PATIENT_NOT_EVALUATED',
})

function periodFields(evaluation: Evaluation): Tally {
  const counted = countedDates(evaluation)
  const { period } = evaluation
  const dataDays = String(counted.size)
  if (period === undefined) return { dataDays }
  const { start, end } = period
  const readings = datesOf(period).map((date) => counted.get(date) ?? 0)
  return { dataDays, periodStart: start, periodEnd: end, readingsPerDate: readings.join(' ') }
}

const deductedSeconds = ({ rows }: MonthTally): number =>
  Math.floor(rows.reduce((sum, { deductedMs }) => sum + deductedMs, 0) / 1_000)

/** Of each code the status and the units of its lines; a code has a second line for units that are held. */
function codeFields(lines: readonly Line[]): Tally {
  const met = lines.filter(({ units, role }) => units > 0 && role !== 'setup')
  const codes = Map.groupBy(lines, ({ code }) => `code.${code}`)
  return {
    codes: [...new Set(met.map(({ code }) => code))].join(' '),
    ...Object.fromEntries(
      [...codes].map(([field, some]) => [
        field,
        some.map(({ status, units }) => `${status} ${units}`).join(', '),
      ]),
    ),
  }
}

/** The first code below its threshold that can still be reached, and what is missing: `99454 2 days`. */
function nextOf(lines: readonly Line[]): string {
  const line = lines.find(({ status, reach }) => status === 'short' && reach.possible)
  if (line === undefined) return ''
  return [line.code, ...missingWords(line)].join(' ')
}

/** Where the patient lives now: what is counted is counted by where they lived then. */
export const homeZone = ({ enrolment: { zones }, enrolled, now }: ReadChart): string =>
  zones.findLast(({ from }) => from <= now)?.zone ?? enrolled.zone

/** The instant (ms) of the latest reading, whether it counts or not. */
function lastReadingAt({ input, enrolment, enrolled, now }: ReadChart, settledUntil: number) {
  const since = Math.min(beginningOf(enrolment) ?? now, enrolled.enrolledAt)
  const latest = Math.max(settledUntil, latestSecond(input.days))
  return latest > 0 && latest >= Math.floor(since / 1000) ? latest * 1000 : undefined
}

/** The clinicians whose timer runs on the patient now. */
export function workingOf({ minutes, now, clockRate }: ReadChart): string[] {
  const running = minutes.flatMap(({ stretches }) =>
    stretches.filter((entry) => isRunning(entry) && now - provenUntil(entry) < RUNNING_WITHIN_MS * clockRate),
  )
  return [...new Set(running.map(({ clinician }) => clinician))].toSorted()
}

/**
 * The next instant (ms) at which the tally may be another though nothing came in: the period has ended, the month has, a line becomes final
 * or can no longer be reached, a timer that nothing extends is an orphan; within a day and a quarter in any case. In which of the two
 * zones a date begins first does not matter: looked at too early, the patient is due again.
 */
function dueOf(chart: ReadChart, { period, lines }: Evaluation): number {
  const { now, month, practice, minutes, clockRate, patient } = chart
  const home = homeZone(chart)
  const dates = [
    ...(period ? [dateAfter(period.end)] : []),
    `${monthAfter(month, 1)}-01`,
    ...lines.map(({ finalOn }) => finalOn),
    ...lines.flatMap((line) => outOfReachOn(line, localDate(now, home))),
  ]
  const begins = [...new Set(dates)].flatMap((date) =>
    [...new Set([home, practice.zone])].map((zone) => startOf(date, zone)),
  )
  const orphaned = minutes.flatMap(({ stretches }) =>
    stretches.filter(isRunning).map((entry) => provenUntil(entry) + RUNNING_WITHIN_MS * clockRate),
  )
  const soon = Math.round(now + DAY_MS + spread(patient) * (DAY_MS / 4))
  return Math.min(soon, ...[...begins, ...orphaned].filter((instant) => instant > now))
}

/** The dates on which too few days are left for a line, by whether today has its reading already or not. */
function outOfReachOn({ status, reach, missing: { days } }: Line, today: string): readonly string[] {
  if (status !== 'short' || !reach.possible || days === undefined) return []
  return [1, 2].map((more) => dateAfter(today, reach.daysLeft - days + more))
}

const dateAfter = (date: string, days = 1): string => dateOf(dayOf(date) + days)
const startOf = (date: string, zone: string): number => zoneClock(zone).startOf(dayOf(date)) * 1000

/** From 0 to 1, another for each patient, so that a practice is not due all at once. FNV-1a, 32 bits. */
function spread(patient: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < patient.length; at += 1) hash = Math.imul(hash ^ patient.charCodeAt(at), 0x01000193)
  return (hash >>> 0) / 2 ** 32
}

/** Every date from the first to the last, both included. */
function datesOf({ start, end }: { readonly start: string; readonly end: string }): string[] {
  const first = dayOf(start)
  return Array.from({ length: dayOf(end) - first + 1 }, (_, day) => dateOf(first + day))
}
