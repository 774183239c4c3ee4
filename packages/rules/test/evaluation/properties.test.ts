import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { MinutesFact, ReadingFact } from '@cufflink/contracts'
import fc from 'fast-check'
import {
  decodeDays,
  decodeMinutes,
  type Enrolment,
  type Evaluation,
  encodeDays,
  encodeMinutes,
  evaluate,
  explain,
  isMet,
  type Line,
  medicare,
} from '../../src/index.ts'
import { retractionFact, runs, zones } from '../arbitrary.ts'
import {
  called,
  DAY,
  enrolment,
  entered,
  foldReadings,
  foldTime,
  HOUR,
  MINUTE,
  reading,
} from '../patients.ts'

const origins = fc.integer({ min: Date.UTC(2025, 0, 20), max: Date.UTC(2027, 10, 1) })

type Case = {
  readonly enrolment: Enrolment
  readonly readings: readonly ReadingFact[]
  readonly time: readonly MinutesFact[]
  readonly asOf: number
}

/** A patient of any two zones: readings over 100 days, work, calls, and a file with gaps, moves and closings. */
const cases: fc.Arbitrary<Case> = fc
  .record({ origin: origins, zone: zones, practiceZone: zones, later: zones })
  .chain(({ origin, zone, practiceZone, later }) => {
    const moment = fc.integer({ min: origin - 20 * DAY, max: origin + 80 * DAY })
    const span = fc
      .record({ from: moment, days: fc.nat(90) })
      .map(({ from, days }) => ({ from, to: from + days * DAY }))
    const spans = fc.oneof(
      { weight: 4, arbitrary: fc.constant([{ from: 0 }]) },
      { weight: 1, arbitrary: fc.array(span, { maxLength: 3 }) },
    )
    const oneReading = fc
      .record({
        at: moment,
        device: fc.constantFrom('cuff-1', 'cuff-2', 'typed-1', 'spiro-1', 'stranger'),
        lag: fc.oneof(fc.constant(0), fc.integer({ min: -HOUR, max: 9 * DAY })),
        clockQuality: fc.constantFrom('synced', 'synced', 'offset', 'estimated', 'receipt'),
        retracted: fc.integer({ min: 0, max: 9 }),
      })
      .map(({ at, device, lag, clockQuality, retracted }): readonly ReadingFact[] => {
        const fact = reading({ at, device, receivedAt: at + lag, clockQuality })
        return retracted === 0 ? [fact, retractionFact(fact)] : [fact]
      })
    const work = fc
      .record({
        from: moment,
        minutes: fc.integer({ min: -5, max: 90 }),
        clinician: fc.constantFrom('nurse-ada', 'dr-lee', 'clerk-cy', 'somebody'),
        program: fc.constantFrom('RPM', 'RPM', 'RTM', 'CCM'),
        category: fc.constantFrom('data-review', 'shipping', 'no-such-category'),
        patient: fc.constantFrom('p-1', 'p-1', 'p-2'),
      })
      .map(({ minutes, ...held }) => entered({ ...held, until: held.from + minutes * MINUTE }))
    const call = moment.map((at) =>
      called('2026-03-10', { startedAt: at, endedAt: at + 2 * MINUTE, interaction: `i-${at}` }),
    )
    return fc.record({
      readings: fc.array(oneReading, { maxLength: 40 }).map((facts) => facts.flat()),
      time: fc.array(fc.oneof({ weight: 3, arbitrary: work }, { weight: 1, arbitrary: call }), {
        maxLength: 8,
      }),
      asOf: fc.integer({ min: origin - 30 * DAY, max: origin + 120 * DAY }),
      enrolment: fc
        .record({
          consents: spans,
          orders: spans,
          episodes: spans.map((held) => held.map((one, index) => ({ ...one, episode: `e-${index}` }))),
          visits: fc.array(
            moment.map((visitedAt) => ({ visitedAt, practitioner: 'dr-lee' })),
            { maxLength: 2 },
          ),
          moved: fc.option(moment, { nil: undefined }),
          established: fc.boolean(),
          chosenProgram: fc.constantFrom('RPM' as const, 'RTM' as const, undefined),
        })
        .map(({ moved, chosenProgram, ...held }) =>
          enrolment({
            ...held,
            ...(chosenProgram && { chosenProgram }),
            practiceZone,
            zones: [{ zone, from: 0 }, ...(moved === undefined ? [] : [{ zone: later, from: moved }])],
            devices: [
              { device: 'cuff-1', model: 'cuff', assigned: [{ from: 0 }] },
              { device: 'cuff-2', model: 'cuff', assigned: [{ from: 0, to: origin + 30 * DAY }] },
              { device: 'typed-1', model: 'typed', assigned: [{ from: 0 }] },
              { device: 'spiro-1', model: 'spirometer', assigned: [{ from: origin + 20 * DAY }] },
            ],
          }),
        ),
    })
  })

function run(
  { enrolment: file, readings, time, asOf }: Case,
  more: { readonly anchorAt?: number; readonly on?: string } = {},
): Evaluation {
  const own = time.filter(({ data }) => data.patient === file.patient)
  return evaluate({
    ruleSets: medicare,
    enrolment: file,
    asOf,
    ...more,
    days: foldReadings(readings).map((document) => decodeDays(encodeDays(document))),
    minutes: foldTime(own).map((document) => decodeMinutes(encodeMinutes(document))),
    clinicians: foldTime(time),
  })
}

const ofRole = (lines: readonly Line[], ...roles: readonly string[]): readonly Line[] =>
  lines.filter(({ role }) => roles.includes(role))

describe('evaluation', () => {
  test('never throws, and can always be explained', () => {
    fc.assert(
      fc.property(cases, (held) => {
        assert.match(explain(run(held)), /^Patient p-1/)
      }),
      runs,
    )
  })

  test('gives at most one device code per period and family, and one base time code per month and program', () => {
    fc.assert(
      fc.property(cases, (held) => {
        const met = run(held).lines.filter(isMet)
        const families = Map.groupBy(ofRole(met, 'device-low', 'device-high'), ({ code }) =>
          deviceFamily(code),
        )
        for (const lines of families.values()) assert.equal(lines.length, 1)
        const programs = Map.groupBy(ofRole(met, 'time-low', 'time-base'), ({ program }) => program)
        for (const lines of programs.values()) assert.equal(lines.length, 1)
      }),
      runs,
    )
  })

  test('counts no date outside its period, and each of its dates once', () => {
    fc.assert(
      fc.property(cases, (held) => {
        const { lines, period } = run(held)
        for (const { evidence, have, from, to } of ofRole(lines, 'device-low', 'device-high')) {
          assert.ok(evidence.kind === 'device' && period)
          const dates = evidence.dates.map(({ date }) => date)
          assert.equal(new Set(dates).size, have.days)
          assert.ok(dates.every((date) => from <= date && date <= to))
          assert.ok(period.start === from && period.end === to)
        }
      }),
      runs,
    )
  })

  test('counts the dates that a plain recount by Temporal finds, in every zone', () => {
    fc.assert(
      fc.property(cases, zones, (held, zone) => {
        const file = enrolment({
          zones: [{ zone, from: 0 }],
          consents: [{ from: 0 }],
          orders: [{ from: 0 }],
          episodes: [{ episode: 'e', from: 0 }],
        })
        const ofCuff = held.readings.filter(
          (fact) => fact.type === 'reading.recorded' && fact.data.reading.device === 'cuff-1',
        )
        // what was sent twice is the reading that came first
        const readings = ofCuff.filter(
          ({ id }, index) => ofCuff.findIndex((fact) => fact.id === id) === index,
        )
        const { lines, period } = run(
          { ...held, enrolment: file, readings, asOf: Date.UTC(2029, 0, 1) },
          { on: dateIn(held.asOf, zone) },
        )
        const [line] = ofRole(lines, 'device-high')
        const dates = new Set(readings.flatMap((fact) => countedDate(fact, zone) ?? []))
        const inPeriod = [...dates].filter((date) => period && period.start <= date && date <= period.end)
        assert.equal(line?.have.days ?? 0, inPeriod.length)
      }),
      runs,
    )
  })

  test('never counts fewer days for one countable reading more', () => {
    fc.assert(
      fc.property(cases, fc.nat(100 * 24), (held, hours) => {
        const file = enrolment({ zones: held.enrolment.zones })
        const first = held.asOf - 40 * DAY
        const more = reading({ at: first + hours * HOUR })
        const daysOf = (readings: readonly ReadingFact[]): number => {
          const { lines } = run(
            { ...held, enrolment: file, readings, asOf: held.asOf + 200 * DAY },
            { anchorAt: first, on: dateIn(held.asOf, 'UTC') },
          )
          return ofRole(lines, 'device-high')[0]?.have.days ?? 0
        }
        assert.ok(daysOf([...held.readings, more]) >= daysOf(held.readings))
      }),
      runs,
    )
  })

  test('credits no second twice, and never more than was worked', () => {
    fc.assert(
      fc.property(cases, (held) => {
        for (const { evidence, have } of ofRole(run(held).lines, 'time-base')) {
          assert.ok(evidence.kind === 'time')
          const pieces = evidence.credited.toSorted((a, b) => a.start - b.start)
          pieces.forEach((piece, index) =>
            assert.ok(index === 0 || piece.start >= (pieces[index - 1]?.end ?? 0)),
          )
          const sum = pieces.reduce((total, { start, end }) => total + end - start, 0)
          assert.equal(have.seconds, Math.floor(sum / 1000))
          assert.ok(pieces.every(({ end }) => end <= held.asOf + MINUTE))
        }
      }),
      runs,
    )
  })

  test('as of an instant is what the facts written by then give', () => {
    fc.assert(
      fc.property(cases, (held) => {
        const asOf = Math.floor(held.asOf / MINUTE) * MINUTE + MINUTE - 1
        const known = <Fact extends { readonly at: number }>(facts: readonly Fact[]): readonly Fact[] =>
          facts.filter(({ at }) => at <= asOf)
        const then = run({ ...held, asOf, readings: known(held.readings), time: known(held.time) })
        const now = run({ ...held, asOf })
        const figures = ({ lines }: Evaluation) =>
          lines.map(({ code, status, units, have, missing }) => ({ code, status, units, have, missing }))
        assert.deepEqual(figures(now), figures(then))
      }),
      runs,
    )
  })
})

const deviceFamily = (code: string): string =>
  ({ '99445': 'RPM', '99454': 'RPM', '98984': 'r', '98976': 'r', '98985': 'm', '98977': 'm' })[code] ?? 'c'

const dateIn = (instant: number, zone: string): string =>
  Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone).toPlainDate().toString()

/** The date that a reading counts for, written as plainly as the rule reads. */
function countedDate(fact: ReadingFact, zone: string): string | undefined {
  if (fact.type !== 'reading.recorded') return undefined
  const { measuredAt, gatewayReceivedAt, clockQuality } = fact.data.reading
  const arrived = Math.floor(gatewayReceivedAt / MINUTE) * MINUTE
  if (Math.floor(measuredAt / 1000) * 1000 > arrived + 59_000 + 10 * MINUTE) return undefined
  return dateIn(clockQuality === 'synced' || clockQuality === 'offset' ? measuredAt : arrived, zone)
}
