import type { DayReading, DaysDocument } from '@cufflink/folds'
import {
  DAY_S,
  type EpochDay,
  firstDayOfMonth,
  identified,
  monthIndexOfDay,
  readingsOf,
} from '@cufflink/folds'
import { programsOf } from '../cross-check.ts'
import { type Evaluation, type EvaluationInput, evaluatePatient, patientOn } from '../evaluate.ts'
import { activationOf, type GridPeriod } from '../grid.ts'
import { type CountedDays, isKnownUser } from '../lines/device-lines.ts'
import { earnedDates, setUpSince } from '../lines/set-up-line.ts'
import type { Patient } from '../patient.ts'
import type { JudgedReading } from '../readings.ts'

/**
 * What evaluations still need of the readings of before the period that holds (ADR 24): those that hold a period or a date in its place, for
 * each only the first. It holds for one enrolment and for the rules of this program, as long as nothing comes in that is dated as long ago.
 */
export type Settled = {
  /** The first UTC month of which the document is read, months since 1970-01: that no older one changed is known without. */
  readonly before: number
  /** Where what is settled ends, epoch seconds, at the beginning of a UTC day: what is dated later is read as it is. */
  readonly start: number
  /** The highest offset of all that it was settled from: what came in since has a higher one. */
  readonly known: number
  /** The first day of the period that held: what an earlier one would need is not there. */
  readonly firstDay: EpochDay
  /** Of the readings before: of the earliest and of the latest the second, and those that are still needed. */
  readonly earliest: number
  readonly latest: number
  readonly days: readonly DaysDocument[]
  /** Of each id that alone makes a reading, or that a retraction names, 24 bits, ascending. */
  readonly ids: readonly number[]
}

/** With more ids than these the whole history is read each time. */
const MOST_IDS = 8_192

/** The second before which everything may be settled while a period holds: none of its readings is dated there. */
const settledUntil = ({ fromSecond }: GridPeriod): number => (Math.floor(fromSecond / DAY_S) - 1) * DAY_S

/**
 * Evaluates the whole history, and settles what is dated before the period that holds. The documents from the month `latest` on are read
 * in any case. Nothing is settled where the rest could not be proven to give what the whole history does: without a period, with more
 * than one program or family, where periods of two episodes overlap, or an unbelieved clock showed a later time.
 */
export function settle(
  input: EvaluationInput,
  latest: number,
): { readonly evaluation: Evaluation; readonly settled?: Settled } {
  const { patient, on } = patientOn(input)
  const evaluation = evaluatePatient(patient, on)
  const { period } = evaluation
  const settled = period && settledOf(patient, boundaryOf(period, patient, latest))
  return { evaluation, ...(settled && { settled }) }
}

type Boundary = Pick<Settled, 'before' | 'start'> & { readonly period: GridPeriod }

/** Where a clock is not believed, what it showed may be days earlier: then whole months are settled, for one that is behind by less. */
function boundaryOf(period: GridPeriod, { input }: Patient, latest: number): Boundary {
  const until = settledUntil(period)
  const before = Math.min(monthIndexOfDay(until / DAY_S), latest)
  const isBelieved = input.days
    .filter(({ monthIndex }) => monthIndex >= before)
    .every(({ devices }) =>
      devices.every(({ readings }) => readings.every((one) => !('deviceSecond' in one))),
    )
  return { period, before, start: isBelieved ? until : firstDayOfMonth(before) * DAY_S }
}

function settledOf(patient: Patient, boundary: Boundary): Settled | undefined {
  if (!isPlain(patient) || patient.periods.some((one) => patient.before(one).length > 0)) return undefined
  const { input } = patient
  const { period, before, start } = boundary
  const documents = cut(input.days, ({ second }) => second < start)
  const all = documents.flatMap(({ devices }) => devices.flatMap(({ readings }) => readings))
  if (all.some(({ deviceSecond }) => deviceSecond !== undefined && deviceSecond >= start)) return undefined
  const kept = new Set([...needed(patient, boundary)].map(nameOf))
  const days = documents.flatMap(({ monthIndex, devices }) => {
    const some = devices.flatMap(({ device, readings }) => {
      const own = readings.filter(({ second, offset }) =>
        kept.has(nameOf({ device, measured: second, offset })),
      )
      return own.length === 0 ? [] : [{ device, readings: own.map(withoutValues), retractions: [] }]
    })
    return some.length === 0 ? [] : [{ monthIndex, devices: some }]
  })
  const ids = idsOf(documents)
  if (days.length === 0 || ids.size > MOST_IDS) return undefined
  const standing = readingsOf(input.days).filter(
    ({ reading, fault }) => fault === undefined && reading.second < start,
  )
  return {
    before,
    start,
    known: entriesOf(input.days).reduce((most, { offset }) => Math.max(most, offset), -1),
    firstDay: period.firstDay,
    earliest: all.reduce((least, { second }) => Math.min(least, second), start),
    latest: standing.reduce((most, { reading }) => Math.max(most, reading.second), 0),
    days,
    ids: [...ids].toSorted((a, b) => a - b),
  }
}

type Entry = { readonly second: number; readonly offset: number }

/** The documents of those of their entries that are meant; none that is empty. */
function cut(
  documents: readonly DaysDocument[],
  isMeant: (entry: Entry) => boolean,
): readonly DaysDocument[] {
  return documents.flatMap(({ monthIndex, devices }) => {
    const some = devices.flatMap(({ device, readings, retractions }) => {
      const own = { device, readings: readings.filter(isMeant), retractions: retractions.filter(isMeant) }
      return own.readings.length + own.retractions.length === 0 ? [] : [own]
    })
    return some.length === 0 ? [] : [{ monthIndex, devices: some }]
  })
}

const entriesOf = (documents: readonly DaysDocument[]): readonly Entry[] =>
  documents.flatMap(({ devices }) =>
    devices.flatMap(({ readings, retractions }): readonly Entry[] => [...readings, ...retractions]),
  )

/**
 * The days to go on from: what is settled, and of the documents from the month `before` on what is dated later. Nothing where something
 * that is dated before came in since: it is to be settled again. A fact that changes a document leaves an entry with its own offset there,
 * which is higher than those of all that came before.
 */
export function unsettled(
  documents: readonly DaysDocument[],
  { start, known, days }: Settled,
): readonly DaysDocument[] | undefined {
  let isOutdated = false
  const recent = cut(documents, ({ second, offset }) => {
    if (second < start && offset > known) isOutdated = true
    return second >= start
  })
  return isOutdated ? undefined : [...days, ...recent]
}

/**
 * The evaluation that goes on from what is settled: `input` has the days that `unsettled` gave. Nothing where it could be another than that
 * of the whole history.
 */
export function resume(input: EvaluationInput, settled: Settled): Evaluation | undefined {
  const recent = input.days.filter((document) => !settled.days.includes(document))
  if (touchesSettled(recent, settled)) return undefined
  const { patient, on } = patientOn(input)
  const evaluation = evaluatePatient(patient, on)
  const { period } = evaluation
  if (period === undefined || period.firstDay < settled.firstDay || !isPlain(patient)) return undefined
  const { start } = settled
  const fitsIn = (reading: JudgedReading): boolean => reading.measured < start || reading.counted >= start
  if (!patient.readings.every(fitsIn)) return undefined
  const late = patient.periods.filter((one) => one.toSecond > start || one.lastDay >= touchedFrom(settled))
  return late.some((one) => patient.before(one).length > 0) ? undefined : evaluation
}

/** One family of one program: nothing compares what stands in what is not read. */
const isPlain = (patient: Patient): boolean => patient.families.length === 1 && programsOf(patient).size <= 1

/** The first day of the months that a period touches: periods that have a date from there on are compared with it. */
const touchedFrom = ({ firstDay }: Pick<GridPeriod, 'firstDay'>): EpochDay =>
  firstDayOfMonth(monthIndexOfDay(firstDay))

/** Whether what came later may be a settled reading sent again, take one back, or be one that was taken back there. */
function touchesSettled(recent: readonly DaysDocument[], { start, earliest, ids }: Settled): boolean {
  const isSettled = ({ deviceSecond = -1 }: DayReading): boolean =>
    deviceSecond >= earliest && deviceSecond < start
  if (recent.some(({ devices }) => devices.some(({ readings }) => readings.some(isSettled)))) return true
  if (ids.length === 0) return false
  const own = idsOf(recent)
  return ids.some((id) => own.has(id))
}

/** Of an id so much is kept here: two that agree by chance cost one evaluation of the whole history. */
const BITS_24 = 0x1000000

/** The ids of readings that are known by their id, and of retractions. */
function idsOf(documents: readonly DaysDocument[]): Set<number> {
  const ids = new Set<number>()
  const perDevice = Map.groupBy(
    documents.flatMap(({ devices }) => devices),
    ({ device }) => device,
  )
  for (const held of perDevice.values()) {
    for (const { byId, idHash } of identified(held.flatMap(({ readings }) => readings)))
      if (byId) ids.add(idHash % BITS_24)
    for (const { idHash } of held.flatMap(({ retractions }) => retractions)) ids.add(idHash % BITS_24)
  }
  return ids
}

/** What only people look at is not needed. */
function withoutValues(reading: DayReading): DayReading {
  const { measurement: _measurement, differs: _differs, clockSecond: _clockSecond, ...needed } = reading
  return needed
}

const nameOf = ({ device, measured, offset }: Pick<JudgedReading, 'device' | 'measured' | 'offset'>) =>
  `${device} ${measured} ${offset}`

/** The countable readings that hold something in its place; some that are not settled may be among them. */
function* needed(patient: Patient, { start, period }: Boundary): Generator<JudgedReading> {
  const { context, episodes, families, periods, datesIn, readingsOf: ofEpisode } = patient
  const family = families[0]!
  for (const episode of episodes) {
    const readings = ofEpisode(episode.episode).filter(({ excluded }) => excluded === undefined)
    const own = periods.filter((one) => one.episode === episode.episode)
    // where the grid begins, and which periods are empty
    const activation = activationOf(context.enrolment, episode) ?? Number.POSITIVE_INFINITY
    yield* firstOf(readings, ({ counted }) => counted >= activation)
    for (const one of own)
      yield* firstOf(readings, ({ counted }) => counted >= one.fromSecond && counted < one.toSecond)
    // the dates that stand beside this period's, and those that completed the set-up
    const since = setUpSince(context, episode)
    for (const one of own)
      if (one.toSecond > start || one.lastDay >= touchedFrom(period))
        yield* firsts(datesIn(one, family), since)
    const dates = { periodsOf: () => own, datesIn: (one: GridPeriod) => datesIn(one, family) }
    yield* firsts(earnedDates(context, dates, episode), since)
    // dated before, and counted later
    yield* readings.filter(({ counted }) => counted >= start)
    yield* usersOf(readings)
  }
}

function* firstOf(
  readings: readonly JudgedReading[],
  test: (reading: JudgedReading) => boolean,
): Generator<JudgedReading> {
  const first = readings.find(test)
  if (first !== undefined) yield first
}

/** Of each date and device the first, and the first since the set-up. */
function* firsts(dates: CountedDays, since: number): Generator<JudgedReading> {
  for (const readings of dates.values())
    for (const own of Map.groupBy(readings, ({ device }) => device).values()) {
      yield own[0]!
      yield* firstOf(own, ({ counted }) => counted >= since)
    }
}

/** Of each device a reading of one of its users, and one of another. */
function* usersOf(readings: readonly JudgedReading[]): Generator<JudgedReading> {
  for (const own of Map.groupBy(readings, ({ device }) => device).values()) {
    const told = own.filter(({ userSlot }) => isKnownUser(userSlot))
    if (told[0] === undefined) continue
    yield told[0]
    yield* firstOf(told, ({ userSlot }) => userSlot !== told[0]!.userSlot)
  }
}
