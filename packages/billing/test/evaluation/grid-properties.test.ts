import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { ReadingFact } from '@cufflink/contracts'
import { dateOf, dayOf } from '@cufflink/folds'
import { runs, zones } from '@cufflink/folds/invented/arbitrary'
import { DAY, foldReadings, foldTime, HOUR, MINUTE, reading } from '@cufflink/folds/invented/facts'
import fc from 'fast-check'
import { patientOf } from '../../src/evaluation/patient.ts'
import { type Enrolment, evaluate, type LockedLine, medicare } from '../../src/index.ts'
import { enrolment } from '../patients.ts'
import { type Case, cases } from './cases.ts'

const dateIn = (instant: number, zone: string): string =>
  Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone).toPlainDate().toString()

const patient = (held: Case, until: number) =>
  patientOf(
    {
      ruleSets: held.ruleSets,
      enrolment: held.enrolment,
      asOf: held.asOf,
      days: foldReadings(held.readings),
      minutes: foldTime([]),
      clinicians: [],
    },
    until,
  )

describe('the grid of an episode', () => {
  test('has no holes and no overlaps, in dates and in instants, whatever the settings of its years', () => {
    fc.assert(
      fc.property(cases, (held) => {
        const { periods, context, episodes } = patient(held, dayOf(dateIn(held.origin + 120 * DAY, 'UTC')))
        for (const { episode } of episodes) {
          const own = periods.filter((period) => period.episode === episode)
          own.forEach((period, index) => {
            const { firstDay, lastDay, fromSecond, toSecond, cut } = period
            assert.ok(firstDay <= lastDay && fromSecond <= toSecond)
            const { settings } = context.rulesOn(firstDay)
            const isBilled = held.enrolment.locked.some(({ from }) => from === period.start)
            if (!isBilled && !cut) assert.equal(lastDay - firstDay + 1, settings.periodDays)
            const next = own[index + 1]
            if (next === undefined) return
            assert.ok(next.firstDay > lastDay && next.fromSecond >= toSecond)
            if (settings.emptyPeriod === 'continue')
              assert.deepEqual([next.firstDay, next.fromSecond], [lastDay + 1, toSecond])
          })
        }
      }),
      runs,
    )
  })
})

/** A patient who is in order, of one zone, or of two. */
const plain = (changes: Partial<Enrolment>): Enrolment =>
  enrolment({
    consents: [{ from: 0 }],
    orders: [{ from: 0 }],
    episodes: [{ episode: 'e', from: 0 }],
    devices: [{ device: 'cuff-1', model: 'cuff', assigned: [{ from: 0 }] }],
    ...changes,
  })

const ofCuff = (facts: readonly ReadingFact[]): readonly ReadingFact[] => {
  const own = facts.filter(
    (fact) => fact.type === 'reading.recorded' && fact.data.reading.device === 'cuff-1',
  )
  // what was sent twice is the reading that came first
  return own.filter(({ id }, index) => own.findIndex((fact) => fact.id === id) === index)
}

const evaluated = (file: Enrolment, readings: readonly ReadingFact[], on: string) =>
  evaluate({
    ruleSets: medicare,
    enrolment: file,
    asOf: Date.UTC(2029, 0, 1),
    on,
    days: foldReadings(readings),
    minutes: [],
    clinicians: [],
  })
const highDays = (evaluation: ReturnType<typeof evaluated>): number =>
  evaluation.lines.find(({ role }) => role === 'device-high')?.have.days ?? 0

describe('the dates of a period', () => {
  test('are those that a plain recount by Temporal finds, in every zone', () => {
    fc.assert(
      fc.property(cases, zones, (held, zone) => {
        const readings = ofCuff(held.readings)
        const evaluation = evaluated(plain({ zones: [{ zone, from: 0 }] }), readings, dateIn(held.asOf, zone))
        const { period } = evaluation
        const dates = new Set(readings.flatMap((fact) => countedDate(fact, zone) ?? []))
        const inPeriod = [...dates].filter((date) => period && period.start <= date && date <= period.end)
        assert.equal(highDays(evaluation), inPeriod.length)
      }),
      runs,
    )
  })

  test('never become fewer by one countable reading more from the anchor on', () => {
    fc.assert(
      fc.property(cases, fc.nat(100 * 24), (held, hours) => {
        const file = plain({ zones: held.enrolment.zones })
        const readings = ofCuff(held.readings)
        const on = dateIn(held.asOf, 'UTC')
        const before = evaluated(file, readings, on)
        const anchor =
          before.period && before.period.index === 0 ? before.period.fromSecond * 1000 : undefined
        if (anchor === undefined) return
        const more = reading({ at: anchor + hours * HOUR })
        assert.ok(highDays(evaluated(file, [...readings, more], on)) >= highDays(before))
      }),
      runs,
    )
  })

  test('never become fewer, nor others, by any reading more once the period was billed', () => {
    fc.assert(
      fc.property(cases, fc.integer({ min: -100 * 24, max: 100 * 24 }), (held, hours) => {
        const { zones: own } = held.enrolment
        const readings = ofCuff(held.readings)
        const on = dateIn(held.asOf, 'UTC')
        const free = evaluated(plain({ zones: own }), readings, on)
        if (free.period === undefined) return
        const { start, end, fromSecond } = free.period
        // where a patient moved before it, the first hours of a billed period depend on what lies before it (ADR 11)
        if (own.some(({ from }) => from > 0 && from < fromSecond * 1000 + 2 * DAY)) return
        const locked: LockedLine[] = [
          { code: '99454', from: start, to: end, units: 1, amountCents: 5211, ruleSet: 'medicare-2026' },
        ]
        const more = reading({ at: held.origin + hours * HOUR })
        const file = plain({ zones: own, locked })
        const [before, after] = [readings, [...readings, more]].map((facts) => evaluated(file, facts, on))
        assert.ok(before && after)
        assert.deepEqual([before.period?.start, before.period?.end], [start, end])
        assert.deepEqual([after.period?.start, after.period?.end], [start, end])
        assert.ok(highDays(after) >= highDays(before))
        // the periods behind it stay too
        const next = dateOf(dayOf(end) + 1)
        assert.equal(evaluated(file, [...readings, more], next).period?.start, next)
      }),
      runs,
    )
  })
})

/** The date that a reading counts for, written as plainly as the rule reads. */
function countedDate(fact: ReadingFact, zone: string): string | undefined {
  if (fact.type !== 'reading.recorded') return undefined
  const { measuredAt, gatewayReceivedAt, clockQuality } = fact.data.reading
  const arrived = Math.floor(gatewayReceivedAt / MINUTE) * MINUTE
  const ahead = Math.floor(measuredAt / 1000) * 1000 > arrived + 59_000 + 10 * MINUTE
  const believed = !ahead && (clockQuality === 'synced' || clockQuality === 'offset')
  return dateIn(believed ? measuredAt : arrived, zone)
}
