import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { MinutesFact } from '@cufflink/contracts'
import {
  decodeDays,
  decodeMinutes,
  encodeDays,
  encodeMinutes,
  resolveStretches,
  utcMonth,
} from '@cufflink/folds'
import { runs } from '@cufflink/folds/invented/arbitrary'
import { DAY, foldReadings, foldTime, MINUTE } from '@cufflink/folds/invented/facts'
import fc from 'fast-check'
import {
  clinicianDays,
  type Evaluation,
  type EvaluationInput,
  evaluate,
  evaluateMonth,
  explain,
  explainMonth,
  isMet,
  type Line,
  lateChange,
  tallyMonth,
} from '../../src/index.ts'
import { type Case, cases } from './cases.ts'

const inputOf = ({ enrolment, ruleSets, readings, time, asOf }: Case): Omit<EvaluationInput, 'on'> => ({
  ruleSets,
  enrolment,
  asOf,
  days: foldReadings(readings).map((document) => decodeDays(encodeDays(document))),
  minutes: foldTime(time.filter(({ data }) => data.patient === enrolment.patient)).map((document) =>
    decodeMinutes(encodeMinutes(document)),
  ),
  clinicians: foldTime(time),
})
const run = (held: Case): Evaluation => evaluate(inputOf(held))

/** The months in which something can have happened. */
const monthsAround = ({ origin }: Case): readonly string[] => [
  ...new Set(Array.from({ length: 8 }, (_, index) => utcMonth(origin + (index - 3) * 25 * DAY))),
]

const ofRole = (lines: readonly Line[], ...roles: readonly string[]): readonly Line[] =>
  lines.filter(({ role }) => roles.includes(role))

describe('evaluation', () => {
  test('never throws, and can always be explained', () => {
    fc.assert(
      fc.property(cases, (held) => {
        const input = inputOf(held)
        const evaluation = evaluate(input)
        assert.match(explain(evaluation), /^Patient p-1/)
        assert.match(explainMonth(evaluateMonth(input, evaluation.month)), /^Patient p-1/)
        for (const locked of held.enrolment.locked) lateChange(input, locked)
        const { practiceZone: zone } = held.enrolment
        for (const clinician of held.enrolment.staff.keys())
          clinicianDays(input.clinicians, { clinician, zone, asOf: held.asOf, month: evaluation.month })
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

  test('counts a date and a reading in at most one period, over all episodes', () => {
    fc.assert(
      fc.property(cases, (held) => {
        const input = inputOf(held)
        const lines = monthsAround(held).flatMap((month) =>
          evaluateMonth(input, month).flatMap((one) => one.lines),
        )
        // a period that touches two months is there twice
        const perWindow = new Map(
          ofRole(lines, 'device-high').map((line) => [`${line.code} ${line.from} ${line.to}`, line]),
        )
        const seen = new Set<string>()
        for (const { code, evidence } of perWindow.values()) {
          assert.ok(evidence.kind === 'device')
          for (const { date, offsets } of evidence.dates) {
            for (const one of [date, ...offsets]) {
              assert.ok(!seen.has(`${code} ${one}`), `${code} ${one}`)
              seen.add(`${code} ${one}`)
            }
          }
        }
      }),
      runs,
    )
  })

  test('lets no two device lines of a family stand in dates that overlap', () => {
    fc.assert(
      fc.property(cases, (held) => {
        const input = inputOf(held)
        const lines = monthsAround(held).flatMap((month) =>
          evaluateMonth(input, month).flatMap((one) => one.lines),
        )
        const standing = ofRole(lines, 'device-low', 'device-high').filter(
          ({ status }) => status === 'supported' || status === 'final',
        )
        for (const one of standing) {
          for (const other of standing) {
            const apart =
              one.to < other.from ||
              other.to < one.from ||
              deviceFamily(one.code) !== deviceFamily(other.code)
            assert.ok(apart || (one.code === other.code && one.from === other.from && one.to === other.to))
          }
        }
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
      fc.property(cases, (drawn) => {
        const asOf = Math.floor(drawn.asOf / MINUTE) * MINUTE + MINUTE - 1
        const known = <Fact extends { readonly at: number }>(facts: readonly Fact[]): readonly Fact[] =>
          facts.filter(({ at }) => at <= asOf)
        const held = { ...drawn, asOf }
        const then = { ...held, readings: known(held.readings), time: known(held.time) }
        if (isMidRun(held.time, asOf)) {
          assert.ok(sameToTheMinute(held.time, then.time, asOf))
          return
        }
        const figures = ({ lines }: Evaluation) =>
          lines.map(({ code, status, units, have, missing }) => ({ code, status, units, have, missing }))
        assert.deepEqual(figures(run(held)), figures(run(then)))
      }),
      runs,
    )
  })
})

describe('the tally of a month', () => {
  test('credits or takes away each moment of each stretch, once', () => {
    fc.assert(
      fc.property(cases, (held) => {
        const input = inputOf(held)
        for (const month of monthsAround(held)) {
          const { from, to, stretches, byProgram, rows } = tallyMonth(input, month)
          for (const { start, end, creditedMs, deductions, voided } of stretches) {
            const inMonth = Math.max(0, Math.min(end, to) - Math.max(start, from))
            const lost = deductions.reduce((sum, { ms }) => sum + ms, 0)
            assert.equal(creditedMs + lost, inMonth)
            assert.ok(!voided || creditedMs === 0)
          }
          const seconds = byProgram.reduce((sum, one) => sum + one.seconds, 0)
          const credited = rows.reduce((sum, row) => sum + row.creditedMs, 0)
          const rest = credited - seconds * 1000
          assert.ok(rest >= 0 && (rest === 0 || rest < byProgram.length * 1000))
        }
      }),
      { numRuns: Math.ceil(runs.numRuns / 4) },
    )
  })
})

/** Whether a timer's proofs go on behind an instant without a gap: what was known then is known to the minute. */
const isMidRun = (time: readonly MinutesFact[], asOf: number): boolean =>
  foldTime(time).some(({ stretches }) =>
    stretches.some(({ proofs }) =>
      proofs.some(({ from, to }) => from * MINUTE <= asOf && to * MINUTE > asOf),
    ),
  )

function sameToTheMinute(now: readonly MinutesFact[], then: readonly MinutesFact[], asOf: number): boolean {
  const [ends, known] = [now, then].map((facts) => {
    const { stretches, refused } = resolveStretches(foldTime(facts), asOf)
    const all = [...stretches, ...refused.map(({ stretch }) => stretch)]
    return new Map(
      all.map(({ startedAt, idHash, patient, clinician, end }) => [
        `${startedAt} ${idHash} ${patient} ${clinician}`,
        end,
      ]),
    )
  })
  assert.ok(ends && known && ends.size === known.size)
  return [...ends].every(([key, end]) => {
    const exact = known.get(key) ?? Number.NaN
    return end <= exact && exact - end < MINUTE
  })
}

const deviceFamily = (code: string): string =>
  ({ '99445': 'RPM', '99454': 'RPM', '98984': 'r', '98976': 'r', '98985': 'm', '98977': 'm' })[code] ?? 'c'
