import type { MinutesFact, ReadingFact } from '@cufflink/contracts'
import { retractionFact, zones } from '@cufflink/folds/invented/arbitrary'
import { called, DAY, entered, HOUR, MINUTE, reading } from '@cufflink/folds/invented/facts'
import { timer } from '@cufflink/folds/invented/timers'
import fc from 'fast-check'
import { type Enrolment, type LockedLine, medicare, type RuleSet } from '../../src/index.ts'
import { enrolment } from '../patients.ts'

/** A patient of any two zones, with all that can be known of them. */
export type Case = {
  readonly origin: number
  readonly ruleSets: readonly RuleSet[]
  readonly enrolment: Enrolment
  readonly readings: readonly ReadingFact[]
  readonly time: readonly MinutesFact[]
  readonly asOf: number
}

const origins = fc.integer({ min: Date.UTC(2025, 0, 20), max: Date.UTC(2027, 10, 1) })

const readingsAround = (moment: fc.Arbitrary<number>): fc.Arbitrary<readonly ReadingFact[]> =>
  fc
    .array(
      fc
        .record({
          at: moment,
          device: fc.constantFrom('cuff-1', 'cuff-1', 'cuff-2', 'typed-1', 'spiro-1', 'stranger'),
          lag: fc.oneof(fc.constant(0), fc.integer({ min: -HOUR, max: 9 * DAY })),
          clockQuality: fc.constantFrom('synced', 'synced', 'offset', 'estimated', 'receipt'),
          retracted: fc.integer({ min: 0, max: 9 }),
        })
        .map(({ at, device, lag, clockQuality, retracted }): readonly ReadingFact[] => {
          const fact = reading({ at, device, receivedAt: at + lag, clockQuality })
          return retracted === 0 ? [fact, retractionFact(fact)] : [fact]
        }),
      { maxLength: 40 },
    )
    .map((facts) => facts.flat())

const who = {
  clinician: fc.constantFrom('nurse-ada', 'dr-lee', 'clerk-cy', 'somebody'),
  patient: fc.constantFrom('p-1', 'p-1', 'p-2'),
}

const byHand = (moment: fc.Arbitrary<number>): fc.Arbitrary<readonly MinutesFact[]> =>
  fc
    .record({
      ...who,
      from: moment,
      minutes: fc.integer({ min: -5, max: 90 }),
      program: fc.constantFrom('RPM', 'RPM', 'RTM', 'CCM'),
      category: fc.constantFrom('data-review', 'data-review', 'shipping', 'no-such-category'),
    })
    .map(({ minutes, ...held }) => [entered({ ...held, until: held.from + minutes * MINUTE })])

/** Started, proven now and then, stopped or not, taken over or not, amended or voided or neither. */
const byTimer = (moment: fc.Arbitrary<number>): fc.Arbitrary<readonly MinutesFact[]> =>
  fc
    .record({
      ...who,
      startedAt: moment,
      epoch: fc.integer({ min: 1, max: 3 }),
      takenOver: fc.boolean(),
      steps: fc.array(fc.integer({ min: 1, max: 150 }), { maxLength: 30 }),
      lagS: fc.constantFrom(0, 0, 1, 40, 400),
      end: fc.constantFrom('runs', 'stopped', 'stopped', 'amended', 'voided'),
    })
    .map(({ steps, lagS, end, takenOver, ...held }) => {
      const one = timer({ ...held, session: `t-${held.startedAt}` })
      const facts: MinutesFact[] = [one.started()]
      let until = held.startedAt
      steps.forEach((seconds, index) => {
        until += seconds * 1000
        const epoch = takenOver && index > steps.length / 2 ? held.epoch + 1 : held.epoch
        facts.push(one.extended(until, epoch, until + lagS * 1000))
      })
      if (end === 'stopped')
        facts.push(one.stopped(until, held.epoch + Number(takenOver), until + lagS * 1000))
      if (end === 'amended') facts.push(one.amended(held.startedAt, until + MINUTE, until + 5 * MINUTE))
      if (end === 'voided') facts.push(one.voided(until + 5 * MINUTE))
      return facts
    })

const calls = (moment: fc.Arbitrary<number>): fc.Arbitrary<readonly MinutesFact[]> =>
  fc.record({ at: moment, ahead: fc.nat(9), clinician: who.clinician }).map(({ at, ahead, clinician }) => {
    const call = called('2026-03-10', {
      startedAt: at,
      endedAt: at + 2 * MINUTE,
      interaction: `i-${at}`,
      clinician,
    })
    return [ahead === 0 ? { ...call, at: at + MINUTE } : call]
  })

const settings: fc.Arbitrary<Enrolment['settings']> = fc.option(
  fc.record(
    {
      anchor: fc.constantFrom('first-reading', 'set-up'),
      emptyPeriod: fc.constantFrom('continue', 're-anchor'),
      emDay: fc.constantFrom('exclude-all', 'exclude-qhp', 'allow-distinct'),
      graceDays: fc.nat(40),
      stepCap: fc.nat(3),
      allow99091: fc.boolean(),
    },
    { requiredKeys: [] },
  ),
  { nil: undefined },
)

/** Medicare, and a payer who does some of it otherwise for a while. */
const ruleSets: fc.Arbitrary<readonly RuleSet[]> = fc
  .record({
    settings: fc.record(
      {
        deviceHighDays: fc.integer({ min: 2, max: 28 }),
        periodDays: fc.integer({ min: 28, max: 40 }),
        timeBaseS: fc.integer({ min: 600, max: 2000 }),
        graceDays: fc.nat(60),
      },
      { requiredKeys: [] },
    ),
    from: fc.integer({ min: 1, max: 12 }),
    excludedConditions: fc.constantFrom([], ['obesity']),
  })
  .map(({ from, ...rest }) => {
    const month = String(from).padStart(2, '0')
    return medicare.map((ruleSet) => {
      const year = ruleSet.from.slice(0, 4)
      const payer = { payer: 'acme', from: `${year}-${month}-01`, to: `${year}-12-31`, ...rest }
      return { ...ruleSet, payers: [payer] }
    })
  })

const isoDate = (instant: number): string => new Date(instant).toISOString().slice(0, 10)

const locks = (moment: fc.Arbitrary<number>): fc.Arbitrary<readonly LockedLine[]> =>
  fc.array(
    fc
      .record({
        code: fc.constantFrom('99454', '99445', '98976', '99091', '99453', '99457', '99458', '00000'),
        start: moment,
        days: fc.constantFrom(29, 29, 0, 30, -1),
        units: fc.integer({ min: 1, max: 3 }),
      })
      .map(({ code, start, days, units }) => ({
        code,
        from: isoDate(start),
        to: isoDate(start + days * DAY),
        units,
        amountCents: units * 5000,
        ruleSet: 'medicare-2026',
      })),
    { maxLength: 2 },
  )

export const cases: fc.Arbitrary<Case> = fc
  .record({ origin: origins, zone: zones, practiceZone: zones, later: zones, ruleSets })
  .chain(({ origin, zone, practiceZone, later, ruleSets: rules }) => {
    const moment = fc.integer({ min: origin - 20 * DAY, max: origin + 80 * DAY })
    const span = fc
      .record({ from: moment, days: fc.nat(90) })
      .map(({ from, days }) => ({ from, to: from + days * DAY }))
    const open = moment.map((from) => ({ from }))
    const spans = fc.oneof(
      { weight: 4, arbitrary: fc.constant([{ from: 0 }]) },
      { weight: 1, arbitrary: fc.array(fc.oneof(span, span, open), { maxLength: 3 }) },
    )
    const episodes = fc.tuple(spans, fc.option(moment, { nil: undefined })).map(([held, setUpAt]) =>
      held.map((one, index) => ({
        ...one,
        episode: `e-${index}`,
        ...(setUpAt !== undefined && { setUpAt }),
      })),
    )
    const file = fc
      .record({
        consents: spans,
        orders: spans,
        episodes,
        visits: fc.array(
          moment.map((visitedAt) => ({ visitedAt, practitioner: 'dr-lee' })),
          { maxLength: 2 },
        ),
        moved: fc.option(moment, { nil: undefined }),
        died: fc.option(
          moment.map((instant) => new Date(instant).toISOString().slice(0, 10)),
          { nil: undefined, freq: 1 },
        ),
        chosenProgram: fc.constantFrom(undefined, undefined, 'RPM' as const, 'RTM' as const),
        override99091: fc.constantFrom(undefined, undefined, 'separate work'),
        payer: fc.constantFrom(undefined, 'acme'),
        condition: fc.constantFrom(undefined, 'obesity'),
        settings,
        established: fc.boolean(),
        locked: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: locks(moment) }),
      })
      .map(({ moved, died, chosenProgram, override99091, payer, condition, settings: own, ...held }) =>
        enrolment({
          ...held,
          ...(died && { died }),
          ...(chosenProgram && { chosenProgram }),
          ...(override99091 && { override99091 }),
          ...(payer && { payer }),
          ...(condition && { condition }),
          ...(own && { settings: own }),
          practiceZone,
          zones: [{ zone, from: 0 }, ...(moved === undefined ? [] : [{ zone: later, from: moved }])],
          devices: [
            { device: 'cuff-1', model: 'cuff', assigned: [{ from: 0 }] },
            { device: 'cuff-2', model: 'cuff', assigned: [{ from: 0, to: origin + 30 * DAY }] },
            { device: 'typed-1', model: 'typed', assigned: [{ from: 0 }] },
            { device: 'spiro-1', model: 'spirometer', assigned: [{ from: origin + 20 * DAY }] },
          ],
        }),
      )
    const work = fc.oneof(
      { weight: 3, arbitrary: byHand(moment) },
      { weight: 3, arbitrary: byTimer(moment) },
      { weight: 2, arbitrary: calls(moment) },
    )
    return fc.record({
      origin: fc.constant(origin),
      ruleSets: fc.constant(rules),
      readings: readingsAround(moment),
      time: fc.array(work, { maxLength: 8 }).map((facts) => facts.flat()),
      asOf: fc.integer({ min: origin - 30 * DAY, max: origin + 120 * DAY }),
      enrolment: file,
    })
  })
