import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { ReadingFact } from '@cufflink/contracts'
import { foldLate, type LateReadings, latestSecond, type MinutesDocument } from '@cufflink/folds'
import {
  type ReadingOptions,
  readingFact,
  retractionFact,
  runs,
  zones,
} from '@cufflink/folds/invented/arbitrary'
import { called, DAY, foldReadings, foldTime, HOUR, worked } from '@cufflink/folds/invented/facts'
import fc from 'fast-check'
import {
  countedDates,
  decodeSettled,
  type Enrolment,
  type Evaluation,
  type EvaluationInput,
  encodeSettled,
  evaluate,
  medicare,
  resume,
  type Settled,
  settle,
  unsettled,
} from '../../src/index.ts'
import { enrolment } from '../patients.ts'
import { cases } from './cases.ts'

type History = Pick<EvaluationInput, 'enrolment' | 'ruleSets' | 'minutes' | 'clinicians'> & {
  /** In the order of the ledger. */
  readonly readings: readonly ReadingFact[]
  /** So many of them were known when months were settled, at an instant; the others came until another. */
  readonly known: number
  readonly settledAt: number
  readonly asOf: number
  /** So many months earlier than could be. */
  readonly earlier: number
}

const inputAt = (history: History, known: number, asOf: number): EvaluationInput => ({
  enrolment: history.enrolment,
  ruleSets: history.ruleSets,
  minutes: history.minutes,
  clinicians: history.clinicians,
  days: foldReadings(history.readings.slice(0, known)),
  asOf,
  knownAt: Number.POSITIVE_INFINITY,
})

const lateAfter = (readings: readonly ReadingFact[]): LateReadings | undefined =>
  readings.reduce<LateReadings | undefined>((late, fact, offset) => foldLate(late, fact, offset), undefined)

/** What a tally shows, and what of a line's evidence the list does; how a line is warned about uploads is the chart's. */
const shown = (evaluation: Evaluation) => ({
  ...evaluation,
  counted: [...countedDates(evaluation)],
  lines: evaluation.lines.map((line) => ({
    ...line,
    evidence: undefined,
    warnings: line.warnings.filter((warning) => warning !== 'BATCH_UPLOAD'),
  })),
})

/** Its cases are long. */
const half = { numRuns: Math.ceil(runs.numRuns / 2) }

type Outcome = 'not settled' | 'whole' | 'resumed'

/** Settles, lets more come in, and goes on from what was settled as a tracker would: it must give what the whole history does. */
function check(history: History): Outcome {
  const before = settledAt(history)
  if (before === undefined) return 'not settled'
  const { settled, late } = before
  const after = lateAfter(history.readings)!
  if (after.lastOffset !== late.lastOffset) return 'whole'
  const whole = inputAt(history, history.readings.length, history.asOf)
  const recent = whole.days.filter(({ monthIndex }) => monthIndex >= settled.before)
  const days = unsettled(recent, settled)
  if (days === undefined) return 'whole'
  const resumed = resume({ ...whole, days }, settled)
  if (resumed === undefined) return 'whole'
  assert.deepEqual(shown(resumed), shown(evaluate(whole)))
  assert.equal(Math.max(settled.latest, latestSecond(days)), latestSecond(whole.days))
  return 'resumed'
}

function settledAt(history: History): { settled: Settled; late: LateReadings } | undefined {
  const { known, settledAt: asOf, earlier, readings } = history
  const input = inputAt(history, known, asOf)
  const late = lateAfter(readings.slice(0, known))
  if (late === undefined) return undefined
  const { settled, evaluation } = settle(input, late.latestMonth - 1 - earlier)
  assert.deepEqual(evaluation, evaluate(input))
  if (settled === undefined) return undefined
  const document = { ...settled, stamp: 'stamp', lastLate: late.lastOffset }
  const { stamp: _, lastLate: __, ...decoded } = decodeSettled(encodeSettled(document))
  assert.deepEqual(decoded, settled)
  return { settled: decoded, late }
}

const FROM = Date.UTC(2025, 10, 3)
const MONTHS = 9

const oneIn = <Drawn>(count: number, arbitrary: fc.Arbitrary<Drawn>): fc.Arbitrary<Drawn | undefined> =>
  fc.oneof({ weight: count - 1, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary })

/** Of one device or two, now and then late, sent again with another time, taken back, of another user or by a clock that is not believed. */
const readingsAround = (settledOn: number): fc.Arbitrary<readonly ReadingFact[]> =>
  fc
    .record({
      every: fc.constantFrom(1, 1, 2, 3, 9),
      from: fc.oneof(fc.constant(0), fc.nat(settledOn)),
      gap: oneIn(
        3,
        fc.record({
          from: fc.oneof(fc.nat(settledOn), fc.integer({ min: settledOn - 32, max: settledOn })),
          days: fc.integer({ min: 5, max: 80 }),
        }),
      ),
      offHours: fc.nat(23),
      some: fc.array(
        fc.record({
          day: fc.oneof(fc.nat(MONTHS * 30), fc.integer({ min: settledOn - 75, max: settledOn + 20 })),
          hours: fc.nat(23),
          lag: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(60) }),
          device: fc.constantFrom('cuff-1', 'cuff-1', 'cuff-2', 'stranger'),
          kind: fc.constantFrom<Partial<ReadingOptions>>(
            {},
            {},
            { userSlot: 1 },
            { userSlot: 2 },
            { userSlot: 255 },
            { clockQuality: 'receipt' },
            { clockQuality: 'estimated' },
            { recordId: 'r' },
          ),
          again: oneIn(5, fc.integer({ min: -90, max: 90 })),
          unbelieved: oneIn(12, fc.integer({ min: -90, max: 90 })),
          retracted: fc.nat(12),
        }),
        { maxLength: 10 },
      ),
    })
    .map(({ every, from, gap, offHours, some }) => {
      const regular = Array.from({ length: Math.floor((MONTHS * 30) / every) }, (_, n) => n * every)
        .filter((day) => day >= from)
        .filter((day) => gap === undefined || day < gap.from || day >= gap.from + gap.days)
        .map((day) => readingFact({ at: FROM + day * DAY + offHours * HOUR, id: `day-${day}` }))
      const odd = some.flatMap(({ day, hours, lag, device, kind, again, unbelieved, retracted }, n) => {
        const instant = FROM + day * DAY + hours * HOUR
        const options = {
          ...kind,
          id: `odd-${n}`,
          device,
          at: instant,
          receivedAt: instant + lag * DAY + 2_000,
        }
        const fact = readingFact(options)
        // Dated by another clock first, then by its own: the very same reading.
        const shifted =
          unbelieved === undefined
            ? []
            : [readingFact({ ...options, at: instant + unbelieved * DAY, deviceTime: instant })]
        const redated =
          again === undefined
            ? []
            : [readingFact({ ...options, at: instant + again * DAY, receivedAt: instant + (lag + 20) * DAY })]
        return [
          ...shifted,
          fact,
          ...redated,
          ...(retracted === 0 ? [retractionFact(redated[0] ?? fact, instant + (lag + 30) * DAY)] : []),
        ]
      })
      return [...regular, ...odd].toSorted((a, b) => a.at - b.at)
    })

const file: fc.Arbitrary<Enrolment> = fc
  .record({
    zone: fc.oneof(fc.constant('America/New_York'), zones),
    moved: oneIn(3, fc.record({ zone: zones, day: fc.nat(MONTHS * 30) })),
    cuff2: fc.record({ from: fc.nat(200), days: fc.nat(200) }),
    withdrawn: oneIn(8, fc.nat(MONTHS * 30)),
    reopened: oneIn(6, fc.nat(MONTHS * 30)),
    setUp: oneIn(2, fc.nat(60)),
    anchor: fc.constantFrom(undefined, 'first-reading' as const, 'set-up' as const),
    emptyPeriod: fc.constantFrom(undefined, 'continue' as const, 're-anchor' as const),
    locked: oneIn(5, fc.nat(150)),
  })
  .map(({ zone, moved, cuff2, withdrawn, reopened, setUp, anchor, emptyPeriod, locked }) => {
    const dayAt = (day: number): number => FROM + day * DAY
    const date = (day: number): string => new Date(dayAt(day)).toISOString().slice(0, 10)
    return enrolment({
      zones: [{ zone, from: 0 }, ...(moved ? [{ zone: moved.zone, from: dayAt(moved.day) }] : [])],
      consents: [
        { from: FROM - DAY, ...(withdrawn !== undefined && { to: dayAt(withdrawn) }) },
        ...(withdrawn !== undefined && reopened !== undefined ? [{ from: dayAt(withdrawn + 3) }] : []),
      ],
      orders: [{ from: FROM - DAY }],
      episodes: [
        { episode: 'e-1', from: FROM - DAY, ...(setUp !== undefined && { setUpAt: dayAt(setUp) }) },
        ...(reopened === undefined
          ? []
          : [{ episode: 'e-2', from: dayAt(reopened), setUpAt: dayAt(reopened) + HOUR }]),
      ],
      devices: [
        { device: 'cuff-1', model: 'cuff', assigned: [{ from: FROM - DAY }] },
        {
          device: 'cuff-2',
          model: 'cuff',
          assigned: [{ from: dayAt(cuff2.from), to: dayAt(cuff2.from + cuff2.days) }],
        },
      ],
      settings: { ...(anchor && { anchor }), ...(emptyPeriod && { emptyPeriod }) },
      locked:
        locked === undefined
          ? []
          : [
              {
                code: '99454',
                from: date(locked),
                to: date(locked + 29),
                units: 1,
                amountCents: 5_000,
                ruleSet: 'medicare-2026',
              },
            ],
    })
  })

const work = (settledOn: number): fc.Arbitrary<readonly MinutesDocument[]> =>
  fc
    .array(fc.record({ back: fc.nat(60), minutes: fc.integer({ min: 5, max: 40 }) }), { maxLength: 4 })
    .map((drawn) =>
      foldTime(
        drawn.flatMap(({ back, minutes }) => {
          const date = new Date(FROM + (settledOn - back) * DAY).toISOString().slice(0, 10)
          return [worked(date, minutes * 60), called(date)]
        }),
      ),
    )

const histories: fc.Arbitrary<History> = fc
  .integer({ min: 60, max: MONTHS * 30 })
  .chain((settledOn) =>
    fc.record({
      settledOn: fc.constant(settledOn),
      readings: readingsAround(settledOn),
      enrolment: file,
      later: fc.constantFrom(0, 1, 5, 20, 45, 90),
      earlier: fc.constantFrom(0, 0, 0, 1, 3),
      minutes: work(settledOn),
    }),
  )
  .map(({ readings: all, settledOn, later, minutes, ...rest }) => {
    const settledAt = FROM + settledOn * DAY
    const asOf = settledAt + later * DAY
    const readings = all.filter((fact) => fact.at <= asOf)
    return {
      ...rest,
      ruleSets: medicare,
      minutes,
      clinicians: minutes,
      readings,
      known: readings.filter((fact) => fact.at <= settledAt).length,
      settledAt,
      asOf,
    }
  })

describe('an evaluation that goes on from settled months', () => {
  test('gives what the whole history does, whatever came since', () => {
    const outcomes: Record<Outcome, number> = { 'not settled': 0, whole: 0, resumed: 0 }
    fc.assert(
      fc.property(histories, (history) => {
        outcomes[check(history)] += 1
      }),
      half,
    )
    assert.ok(outcomes.resumed > half.numRuns / 10, JSON.stringify(outcomes))
  })

  test('gives what the whole history does, whatever is on file', () => {
    const outcomes: Record<Outcome, number> = { 'not settled': 0, whole: 0, resumed: 0 }
    fc.assert(
      fc.property(
        cases,
        fc.record({
          every: fc.constantFrom(1, 2, 5),
          settledOn: fc.integer({ min: 40, max: 140 }),
          later: fc.nat(60),
        }),
        ({ origin, enrolment: of, ruleSets, readings: some, time }, { every, settledOn, later }) => {
          const settledAt = origin + settledOn * DAY
          const asOf = settledAt + later * DAY
          const regular = Array.from({ length: 200 / every }, (_, n) =>
            readingFact({ at: origin + n * every * DAY, id: `regular-${n}` }),
          )
          const readings = [...some, ...regular]
            .filter((fact) => fact.at <= asOf)
            .toSorted((one, other) => one.at - other.at)
          const outcome = check({
            // Of one family: where there are two, the whole history is read.
            enrolment: { ...of, devices: of.devices.filter(({ device }) => device !== 'spiro-1') },
            ruleSets,
            minutes: foldTime(time.filter(({ data }) => data.patient === of.patient)),
            clinicians: foldTime(time),
            readings,
            known: readings.filter((fact) => fact.at <= settledAt).length,
            settledAt,
            asOf,
            earlier: 0,
          })
          outcomes[outcome] += 1
        },
      ),
      runs,
    )
    assert.ok(outcomes.resumed > runs.numRuns / 20, JSON.stringify(outcomes))
  })
})
