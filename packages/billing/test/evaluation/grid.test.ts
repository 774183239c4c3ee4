import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { at, daily, datesFrom, HOUR, reading, zone } from '@cufflink/folds/invented/facts'
import { medicare, type RuleSet } from '../../src/index.ts'
import { enrolment, evaluated, line } from '../patients.ts'

const first = '2026-03-01'
const on = '2026-03-10'
const base = daily(datesFrom(first, 3))

const withSettings = (settings: Partial<RuleSet['settings']>): readonly RuleSet[] =>
  medicare.map((ruleSet) => ({ ...ruleSet, settings: { ...ruleSet.settings, ...settings } }))

describe('the 30-day period', () => {
  test('is anchored at the first countable reading on or after activation', () => {
    const orders = [{ from: at('2026-03-02', '00:00') }]
    assert.equal(
      evaluated({ readings: base, on, enrolment: enrolment({ orders }) }).period?.start,
      '2026-03-02',
    )
  })

  test('is anchored at the set-up by the tenant’s setting', () => {
    const episodes = [{ episode: 'e', from: 0, setUpAt: at('2026-02-25') }]
    const evaluation = evaluated({
      readings: base,
      on,
      enrolment: enrolment({ episodes }),
      ruleSets: withSettings({ anchor: 'set-up' }),
    })
    assert.equal(evaluation.period?.start, '2026-02-25')
  })

  test('goes on through an empty period, or begins again by the tenant’s setting', () => {
    const readings = daily([first, '2026-05-10'])
    assert.equal(evaluated({ readings, on: '2026-05-10' }).period?.start, '2026-04-30')
    const restarted = { readings, ruleSets: withSettings({ emptyPeriod: 're-anchor' }) }
    assert.equal(evaluated({ ...restarted, on: '2026-05-10' }).period?.start, '2026-05-10')
    assert.equal(evaluated({ ...restarted, on: '2026-05-05' }).period, undefined)
    assert.equal(evaluated({ ...restarted, on: '2026-04-10' }).period?.start, '2026-03-31')
    assert.equal(
      evaluated({ ...restarted, on: '2026-05-10' }).period?.fromSecond,
      at('2026-05-10', '00:00') / 1000,
    )
  })

  test('is laid out for a date that is still to come', () => {
    const { period } = evaluated({ readings: base, on: '2026-04-10', asOf: at('2026-03-10') })
    assert.deepEqual([period?.start, period?.end], ['2026-03-31', '2026-04-29'])
  })

  test('begins again with a new episode', () => {
    const episodes = [
      { episode: 'e-1', from: 0, to: at('2026-03-05') },
      { episode: 'e-2', from: at('2026-03-20') },
    ]
    const readings = daily([first, '2026-03-21'])
    const of = (date: string) => evaluated({ readings, on: date, enrolment: enrolment({ episodes }) }).period
    assert.deepEqual([of('2026-03-22')?.start, of('2026-03-22')?.episode], ['2026-03-21', 'e-2'])
    assert.deepEqual([of('2026-03-10')?.start, of('2026-03-10')?.episode], [first, 'e-1'])
  })

  test('keeps its zone when the patient moves: the new zone holds from the next period on', () => {
    const zones = [
      { zone, from: 0 },
      { zone: 'Asia/Tokyo', from: at('2026-03-10') },
    ]
    // 23:30 in New York is the next date in Tokyo
    const readings = datesFrom(first, 40).map((date) => reading({ at: at(date, '23:30') }))
    const file = enrolment({ zones })
    const one = evaluated({ readings, on: '2026-03-20', enrolment: file })
    assert.deepEqual(
      [one.period?.zone, line(one, '99454').have.days, one.period?.end],
      [zone, 30, '2026-03-30'],
    )
    const two = evaluated({ readings, on: '2026-04-05', enrolment: file })
    assert.deepEqual([two.period?.zone, two.period?.start], ['Asia/Tokyo', '2026-03-31'])
    assert.equal(line(two, '99445').have.days, 10)
  })

  test('after a move westward counts the first hours for its first date', () => {
    const zones = [
      { zone: 'Asia/Tokyo', from: 0 },
      { zone: 'America/Los_Angeles', from: at('2026-03-20') },
    ]
    const readings = [
      reading({ at: at(first, '12:00', 'Asia/Tokyo') }),
      reading({ at: at('2026-03-31', '00:30', 'Asia/Tokyo') }),
    ]
    const evaluation = evaluated({ readings, on: '2026-03-31', enrolment: enrolment({ zones }) })
    const { evidence } = line(evaluation, '99445')
    assert.ok(evidence.kind === 'device')
    assert.deepEqual(
      evidence.dates.map(({ date }) => date),
      ['2026-03-31'],
    )
  })

  test('holds its first midnight, and the next period the midnight after its last date', () => {
    const readings = [first, '2026-03-31', '2026-04-30'].map((date) => reading({ at: at(date, '00:00') }))
    const daysOn = (date: string) => line(evaluated({ readings, on: date }), '99445').have.days
    assert.deepEqual([daysOn('2026-03-30'), daysOn('2026-03-31'), daysOn('2026-04-30')], [1, 1, 1])
    const ruleSets = withSettings({ emptyPeriod: 're-anchor' })
    const starts = ['2026-03-30', '2026-03-31', '2026-04-30'].map(
      (date) => evaluated({ readings, on: date, ruleSets }).period?.start,
    )
    assert.deepEqual(starts, [first, '2026-03-31', '2026-04-30'])
    const [one, , three] = readings
    assert.ok(one && three)
    const restarted = evaluated({ readings: [one, three], on: '2026-04-30', ruleSets })
    const fourth = reading({ at: at('2026-05-10') })
    assert.equal(
      evaluated({ readings: [one, three, fourth], on: '2026-04-30', ruleSets }).period?.start,
      '2026-04-30',
    )
    assert.equal(restarted.period?.start, '2026-04-30')
    assert.equal(
      evaluated({ readings: [one, three], on: '2026-05-30', ruleSets }).period?.start,
      '2026-05-30',
    )
    const last = reading({ at: at('2026-04-29', '23:59') })
    assert.equal(evaluated({ readings: [one, last], on: '2026-04-20', ruleSets }).period?.start, '2026-03-31')
  })

  test('has the zone that begins at its very first instant', () => {
    const zones = (from: number) => [
      { zone: 'Asia/Tokyo', from },
      { zone, from: 0 },
    ]
    const zoneOf = (from: number) =>
      evaluated({ readings: daily([first]), on: '2026-04-05', enrolment: enrolment({ zones: zones(from) }) })
        .period?.zone
    assert.equal(zoneOf(at('2026-03-31', '00:00')), 'Asia/Tokyo')
    assert.equal(zoneOf(at('2026-03-31', '00:00') + 1000), zone)
  })

  test('has dates of 23 and of 25 hours, each one date', () => {
    for (const [date, hours] of [
      ['2026-03-08', 23],
      ['2026-11-01', 25],
    ] as const) {
      const start = at(date, '00:00')
      const readings = [
        reading({ at: start }),
        reading({ at: start + hours * HOUR - 1000 }),
        reading({ at: start + hours * HOUR }),
      ]
      const { evidence } = line(evaluated({ readings, on: date }), '99445')
      assert.ok(evidence.kind === 'device')
      assert.deepEqual(
        evidence.dates.map((held) => held.readings),
        [2, 1],
      )
    }
  })

  test('counts a leap day', () => {
    assert.equal(
      evaluated({ readings: daily(['2028-02-28']), on: '2028-03-01', asOf: at('2029-01-01') }).period?.end,
      '2028-03-28',
    )
  })

  test('of another year is that year’s: its rules leave the periods before it where they are', () => {
    const [y2025, y2026, y2027] = medicare
    assert.ok(y2025 && y2026 && y2027)
    const changed = { ...y2026, settings: { ...y2026.settings, anchor: 'set-up', periodDays: 28 } as const }
    const ruleSets = [y2025, changed, y2027]
    const readings = daily(datesFrom('2025-11-20', 60))
    const episodes = [{ episode: 'e', from: at('2025-11-01'), setUpAt: at('2025-11-05') }]
    const starts = ['2025-11-25', '2025-12-25', '2026-01-20', '2026-02-20'].map((on) => {
      const { period } = evaluated({ readings, on, ruleSets, enrolment: enrolment({ episodes }) })
      return [period?.start, period?.end]
    })
    assert.deepEqual(starts, [
      ['2025-11-20', '2025-12-19'],
      ['2025-12-20', '2026-01-18'],
      ['2026-01-19', '2026-02-15'],
      ['2026-02-16', '2026-03-15'],
    ])
    const lock = {
      code: '99454',
      from: '2026-02-16',
      to: '2026-03-15',
      units: 1,
      amountCents: 1,
      ruleSet: 'medicare-2026',
    }
    const billed = evaluated({
      readings,
      on: '2025-12-25',
      ruleSets,
      enrolment: enrolment({ episodes, locked: [lock] }),
    })
    assert.deepEqual([billed.period?.start, billed.period?.cut], ['2025-12-20', undefined])
  })

  test('that begins again after a move takes no instant of the one before', () => {
    const zones = [
      { zone: 'America/Los_Angeles', from: 0 },
      { zone: 'Asia/Tokyo', from: at('2026-03-20') },
    ]
    const inTokyo = at('2026-03-31', '01:00', 'Asia/Tokyo')
    const readings = [...daily(['2026-01-30']), reading({ at: inTokyo })]
    const of = (on: string) =>
      evaluated({
        readings,
        on,
        enrolment: enrolment({ zones }),
        ruleSets: withSettings({ emptyPeriod: 're-anchor' }),
      })
    // the second period ends at midnight of its own zone, and the third begins there
    const days = ['2026-02-10', '2026-03-10', '2026-03-31'].map((on) => line(of(on), '99445').have.days)
    assert.deepEqual(days, [1, 1, 0])
  })

  test('that begins again on the very day after an empty one has the zone of its first instant', () => {
    const zones = [
      { zone, from: 0 },
      { zone: 'Asia/Tokyo', from: at('2026-04-30', '06:00') },
    ]
    const readings = [...daily([first]), reading({ at: at('2026-04-30', '08:00') })]
    const { period } = evaluated({
      readings,
      on: '2026-04-30',
      enrolment: enrolment({ zones }),
      ruleSets: withSettings({ emptyPeriod: 're-anchor' }),
    })
    assert.deepEqual([period?.start, period?.zone], ['2026-04-30', zone])
  })
})
