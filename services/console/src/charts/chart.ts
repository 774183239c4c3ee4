import {
  type Experience,
  episodesOf,
  evaluateMonth,
  historyOf,
  isSameLine,
  isTold,
  type Line,
  rulesOn,
  type StretchTally,
  standingClaims,
  tallyMonth,
} from '@cufflink/billing'
import { homeZone, type ReadChart, rowOf, tallyOf } from '@cufflink/charts'
import type { Chart } from '@cufflink/contracts'
import type { FactList } from '@cufflink/folds'
import { type DaysDocument, findStretch, type IndexedReading, localDate, readingsOf } from '@cufflink/folds'
import { estimatesOf } from './estimates.ts'
import { gatesOf } from './gates.ts'
import { codeLineOf } from './lines.ts'
import { decisionOf, isInMonth, missingIn, promptsOf, standingNotes } from './prompts.ts'
import { stretchOfTimer } from './stretch-id.ts'

export type ChartOptions = {
  readonly version: number
  /** The readings of the UTC months around the month, whether they can count or not. */
  readonly recent: readonly DaysDocument[]
  readonly practitioners: Chart['practitioners']
  /** Without it no line has an estimate. */
  readonly experience?: Experience | undefined
  /** A person's name, by user name. */
  nameOf(user: string): string
}

/** A patient's chart in one month, as the page shows it. */
export function chartOf(read: ReadChart, options: ChartOptions): Chart {
  const { version, recent, practitioners, experience, nameOf } = options
  const { practice, month, now, clockRate, input } = read
  const { id, name, zone, settings } = practice
  const tally = tallyMonth(input, month)
  const { fields } = tallyOf(read)
  const estimates = experience ? estimatesOf(fields, { now, practiceZone: zone }, experience) : []
  const estimateOf = ({ code, to }: Line) =>
    estimates.find((one) => one.code === code && one.until === to)?.estimate
  const { ruleSet } = rulesOn(input.ruleSets, `${month}-28`, input.enrolment)
  return {
    type: 'chart',
    version,
    now,
    clockRate,
    practice: { id, name, zone, settings },
    month,
    row: rowOf(fields, now)!,
    file: fileOf(read),
    gates: [...gatesOf(read)],
    lines: linesOf(read).map((line) => codeLineOf(line, estimateOf(line))),
    prompts: [...promptsOf(read)],
    tally: {
      seconds: tally.seconds,
      byProgram: [...tally.byProgram],
      rows: tally.rows.map((row) => ({ ...row, clinicianName: nameOf(row.clinician) })),
      deductions: [...tally.deductions],
      conversations: tally.conversations.length,
    },
    sessions: tally.stretches.map((session) => stretchOf(session, read, nameOf)),
    interactions: interactionsOf(read, tally.conversations, nameOf),
    notes: notesOf(read, nameOf),
    proposals: proposalsOf(read, nameOf),
    claims: standingClaims(read.claims).map((claim) => {
      const { code, from, to, units, amountCents, lockedAt, submittedAt } = claim
      const history = historyOf(read.claims, (one) => isSameLine(one, claim))
      return { code, from, to, units, amountCents, lockedAt, ...(submittedAt && { submittedAt }), history }
    }),
    readings: readingsOfMonth(read, recent),
    practitioners,
    categories: ruleSet.categories.map(({ category, title, counts }) => ({ category, title, counts })),
  }
}

/** The lines of every period and of the month, each once. */
export function linesOf({ input, month }: ReadChart): readonly Line[] {
  const lines = evaluateMonth(input, month).flatMap((evaluation) => evaluation.lines)
  const named = new Map(
    lines.map((line) => [`${line.code} ${line.from} ${line.to} ${line.status === 'held'}`, line]),
  )
  return [...named.values()].filter(isTold)
}

function fileOf({ enrolled, enrolment, file, devices, patient }: ReadChart): Chart['file'] {
  const { enrolledAt, programs, condition, payer, established } = enrolled
  const of = <Name extends FactList[number]['fact']['type']>(type: Name) =>
    file.flatMap(({ fact, offset }) =>
      fact.type === type ? [{ fact: fact as Extract<typeof fact, { type: Name }>, offset }] : [],
    )
  const voided = new Set(of('visit.voided').map(({ fact }) => fact.data.visit))
  return {
    enrolledAt,
    programs: [...programs],
    ...(condition && { condition }),
    ...(payer && { payer }),
    established,
    consents: of('consent.recorded').map(({ fact, offset }) => {
      const { consentedAt, mode, takenBy } = fact.data
      const withdrawnAt = enrolment.consents.find((span) => span.offset === offset)?.to
      return {
        consentedAt,
        mode,
        takenBy,
        ...(withdrawnAt !== undefined && { withdrawnAt }),
        ...(fact.v === 2 && { costShareExplained: fact.data.costShareExplained }),
      }
    }),
    orders: of('order.recorded').map(({ fact }) => {
      const { patient: _, ...order } = fact.data
      return order
    }),
    ...(enrolment.died !== undefined && { died: enrolment.died }),
    episodes: episodesOf(enrolment).map(({ episode, from, to, setUpAt }) => ({
      episode,
      openedAt: from,
      ...(to !== undefined && { closedAt: to }),
      ...(setUpAt !== undefined && { setUpAt }),
    })),
    devices: devices.flatMap(({ device, model, assignments }) =>
      assignments
        .filter((assignment) => assignment.patient === patient && assignment.to !== assignment.from)
        .map(({ from, to }) => ({ device, model, from, ...(to !== undefined && { to }) })),
    ),
    visits: of('visit.recorded').map(({ fact }) => {
      const { visit, visitedAt, practitioner } = fact.data
      return { visit, visitedAt, practitioner, voided: voided.has(visit) }
    }),
  }
}

type NameOf = ChartOptions['nameOf']

function stretchOf(session: StretchTally, read: ReadChart, nameOf: NameOf): Chart['sessions'][number] {
  const { idHash, patient: _patient, offset: _offset, deductions, startedAt, ...shown } = session
  const isOf = (id: string): boolean => findStretch(read.minutes, id, startedAt)?.idHash === idHash
  const written = read.records.flatMap(({ fact }) =>
    fact.type === 'time.entered' || fact.type === 'time.amended' || fact.type === 'time.voided'
      ? [fact.data]
      : [],
  )
  const last = written.findLast((data) => data.startedAt === startedAt && isOf(data.session))
  const id = last?.session ?? [stretchOfTimer(startedAt)].find(isOf)
  return {
    ...shown,
    startedAt,
    clinicianName: nameOf(session.clinician),
    // A timer that has just begun has no proof yet: nothing is missing.
    deductions: deductions.filter(({ why }) => !(session.running && why === 'NOT_POSITIVE')),
    ...(id !== undefined && { session: id }),
    ...(last !== undefined && { reason: last.reason }),
  }
}

function interactionsOf(
  read: ReadChart,
  counting: readonly { readonly offset: number }[],
  nameOf: NameOf,
): Chart['interactions'] {
  const voided = new Set(
    read.records.flatMap(({ fact }) => (fact.type === 'interaction.voided' ? [fact.data.interaction] : [])),
  )
  return read.records.flatMap(({ fact, offset }) => {
    if (fact.type !== 'interaction.recorded' || !isInMonth(read, fact.data.startedAt)) return []
    const { patient: _, ...data } = fact.data
    return [
      {
        ...data,
        clinicianName: nameOf(data.clinician),
        counts: counting.some((one) => one.offset === offset),
        voided: voided.has(data.interaction),
      },
    ]
  })
}

const notesOf = (read: ReadChart, nameOf: NameOf): Chart['notes'] =>
  standingNotes(read.records)
    .filter(({ data }) => isInMonth(read, data.notedAt))
    .map((note) => {
      const { note: id, clinician, notedAt, category, readings } = note.data
      const { dataReviewed, assessment, decision, nextStep } = note.data
      return {
        note: id,
        clinician,
        clinicianName: nameOf(clinician),
        notedAt,
        version: note.offset,
        amendments: note.amendments,
        category,
        readings,
        dataReviewed,
        assessment,
        decision,
        nextStep,
        missing: [...missingIn(note)],
      }
    })

function proposalsOf(read: ReadChart, nameOf: NameOf): Chart['proposals'] {
  return read.records.flatMap(({ fact }) => {
    if (fact.type !== 'entry.proposed' || !isInMonth(read, fact.data.startedAt)) return []
    const { patient: _, ...data } = fact.data
    const decision = decisionOf(read.records, data.session)?.data.decision
    return [{ ...data, clinicianName: nameOf(data.clinician), ...(decision && { decision }) }]
  })
}

/** The readings of the month, the newest first, by the patient's own clocks, on which readings are told. */
function readingsOfMonth(read: ReadChart, recent: readonly DaysDocument[]): Chart['readings'] {
  const { month, input } = read
  const zone = homeZone(read)
  // Over all months: it may have been sent before with another time.
  const faults = new Map(readingsOf(input.days).map(({ reading, fault }) => [reading.offset, fault]))
  const found = readingsOf(recent)
  const firsts = firstArrivals(found)
  return found
    .filter(({ reading }) => localDate(reading.second * 1000, zone).startsWith(month))
    .toSorted((a, b) => b.reading.second - a.reading.second || b.reading.offset - a.reading.offset)
    .flatMap(({ device, reading, fault: own }) => {
      const { second, idHash, clockQuality, offset, measurement, differs } = reading
      const clock = reading.deviceSecond ?? reading.clockSecond
      if (measurement === undefined) return []
      if (clockQuality === 'receipt' && firsts.get(`${device} ${idHash}`) !== offset) return []
      const fault = faults.has(offset) ? faults.get(offset) : own
      return [
        {
          device,
          measuredAt: second * 1000,
          clockQuality,
          ...(clock !== undefined && { deviceTime: clock * 1000 }),
          offset,
          retracted: fault === 'RETRACTED',
          ...((differs || fault === 'SENT_AGAIN') && { sentAgain: true }),
          measurement,
        },
      ]
    })
}

/** Of the copies of each reading without a clock, which differ by their arrival alone, the offset of the first. */
function firstArrivals(found: readonly IndexedReading[]): ReadonlyMap<string, number> {
  const firsts = new Map<string, number>()
  for (const { device, reading } of found) {
    if (reading.clockQuality !== 'receipt') continue
    const key = `${device} ${reading.idHash}`
    firsts.set(key, Math.min(reading.offset, firsts.get(key) ?? reading.offset))
  }
  return firsts
}
