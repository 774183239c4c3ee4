import {
  type AuditedPatient,
  auditedPatient,
  type Line,
  plausibilityList,
  selfAudit,
} from '@cufflink/billing'
import type { Practice, ReadChart, Round } from '@cufflink/charts'
import type { AnswerOf } from '@cufflink/contracts'
import { dayOf, localDate, zoneClock } from '@cufflink/folds'
import type { Commands } from '../api/carry-out.ts'
import { linesOf } from '../charts/chart.ts'
import { inSlices } from '../charts/slices.ts'

/** Patients of one round, which share their clinicians' parts. */
const AT_ONCE = 50
/** So many patients are named of what was found. */
const NAMED = 100

type AuditOptions = { readonly practice: Practice; readonly month: string; readonly signal: AbortSignal }
type Audited = { readonly audited: AuditedPatient; readonly name: string }

/**
 * The inspector's measures over every patient who was enrolled by the end of a month. Patients are evaluated a few at a time, and of each
 * only what the measures look at is kept. It ends early, with what it has, when no one waits for it any more.
 */
export async function auditOf(
  { practices, charts, alone }: Pick<Commands, 'practices' | 'charts' | 'alone'>,
  { practice, month, signal }: AuditOptions,
): Promise<AnswerOf<'auditMonth'>> {
  const names = new Map<string, string>()
  const audited: AuditedPatient[] = []
  let failed = 0

  const audit = (patient: string, round: Round): Promise<Audited | undefined> =>
    alone(
      async () => {
        const chart = await charts.read(practice, patient, { month, round })
        return chart && auditedOf(chart)
      },
      () => {
        failed += 1
        return undefined
      },
    )

  const patients = await practices.patients(practice.id)
  for (let from = 0; from < patients.length && !signal.aborted; from += AT_ONCE) {
    const round = charts.round(practice, month)
    const part = await inSlices(patients.slice(from, from + AT_ONCE), (patient) => audit(patient, round))
    for (const one of part) {
      if (one === undefined || one.audited.enrolledOn > `${month}-31`) continue
      audited.push(one.audited)
      names.set(one.audited.patient, one.name)
    }
  }

  const found = (some: readonly string[]) => ({
    found: some.length,
    patients: some.slice(0, NAMED).map((patient) => ({ patient, name: names.get(patient) ?? patient })),
  })
  return {
    patients: audited.length,
    failed,
    measures: selfAudit(audited).map(({ patients, ...measure }) => ({ ...measure, ...found(patients) })),
    flags: plausibilityList(audited).map(({ patients, ...flag }) => ({ ...flag, ...found(patients) })),
  }
}

function auditedOf(chart: ReadChart): Audited {
  const { patient, enrolled, practice } = chart
  const audited = auditedPatient({
    patient,
    enrolledOn: localDate(enrolled.enrolledAt, practice.zone),
    established: enrolled.established,
    lines: linesOf(chart).filter(({ to }) => to.startsWith(chart.month)),
    devicesDuring: (line) => devicesAtOnce(chart, line),
  })
  return { audited, name: enrolled.name }
}

/** How many devices a patient had at once, at most, in the dates of a line: one that takes another's place is no second. */
export function devicesAtOnce(
  { patient, devices }: Pick<ReadChart, 'patient' | 'devices'>,
  { from, to, evidence }: Pick<Line, 'from' | 'to'> & { readonly evidence: Pick<Line['evidence'], 'zone'> },
): number {
  const clock = zoneClock(evidence.zone)
  const [start, end] = [dayOf(from), dayOf(to) + 1].map((day) => clock.startOf(day) * 1000) as [
    number,
    number,
  ]
  const spans = devices
    .flatMap(({ assignments }) => assignments.filter((one) => one.patient === patient))
    .map((one) => ({ from: Math.max(one.from, start), to: Math.min(one.to ?? end, end) }))
    .filter((span) => span.from < span.to)
  const at = (instant: number): number =>
    spans.filter((span) => span.from <= instant && instant < span.to).length
  return Math.max(0, ...spans.map((span) => at(span.from)))
}
