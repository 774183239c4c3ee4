import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { at, daily, datesFrom, foldReadings, reading, zone } from '@cufflink/folds/invented/facts'
import { type Enrolment, evaluateMonth, type LockedLine, medicare } from '../../src/index.ts'
import { enrolment, evaluated, line } from '../patients.ts'

const lock = (from: string, to: string, code = '99454'): LockedLine => ({
  code,
  from,
  to,
  units: 1,
  amountCents: 5211,
  ruleSet: 'medicare-2026',
})
const march = lock('2026-03-01', '2026-03-30')
const sixteen = daily(datesFrom('2026-03-01', 16))
const late = daily(['2026-02-27', '2026-02-28'])
const later = daily(datesFrom('2026-03-31', 5))

type Case = { readonly locked?: readonly LockedLine[]; readonly file?: Partial<Enrolment> }
const of = (on: string, readings: ReturnType<typeof daily>, { locked = [march], file = {} }: Case = {}) =>
  evaluated({ readings, on, enrolment: enrolment({ locked, ...file }) })
const periods = (
  month: string,
  readings: ReturnType<typeof daily>,
  { locked = [march], file = {} }: Case = {},
) =>
  evaluateMonth(
    {
      ruleSets: medicare,
      enrolment: enrolment({ locked, ...file }),
      asOf: at('2027-06-01'),
      days: foldReadings(readings),
      minutes: [],
      clinicians: [],
    },
    month,
  ).map(({ period }) => [period?.start, period?.end, period?.cut ?? false])

describe('a billed device line', () => {
  test('pins the grid of its episode: a late reading before it moves nothing that was billed', () => {
    const readings = [...late, ...sixteen, ...later]
    assert.equal(of('2026-03-10', readings, { locked: [] }).period?.start, '2026-02-27')
    const held = line(of('2026-03-10', readings), '99454')
    assert.deepEqual(
      [held.from, held.to, held.have.days, held.locked],
      ['2026-03-01', '2026-03-30', 16, march],
    )
    assert.deepEqual(periods('2026-03', readings), [
      ['2026-03-01', '2026-03-30', false],
      ['2026-03-31', '2026-04-29', false],
    ])
  })

  test('leaves what lies before its grid a rest, for which nothing can be billed', () => {
    const evaluation = of('2026-02-27', [...late, ...sixteen])
    assert.deepEqual(periods('2026-02', [...late, ...sixteen]), [['2026-02-27', '2026-02-28', true]])
    const held = line(evaluation, '99445')
    assert.deepEqual([held.have.days, held.status, held.blocks], [2, 'blocked', ['PERIOD_CUT']])
  })

  test('pins the periods before it too, which lie on its grid', () => {
    const readings = [...late, ...sixteen, ...later]
    const april = lock('2026-03-31', '2026-04-29', '99445')
    assert.deepEqual(periods('2026-03', readings, { locked: [april] }), [
      ['2026-03-01', '2026-03-30', false],
      ['2026-03-31', '2026-04-29', false],
    ])
    assert.deepEqual(periods('2026-02', readings, { locked: [april] }), [['2026-02-27', '2026-02-28', true]])
  })

  test('pins the grid where its readings went away, and where all did', () => {
    const readings = daily(datesFrom('2026-03-05', 12))
    assert.equal(of('2026-03-10', readings).period?.start, '2026-03-01')
    assert.equal(of('2026-04-10', []).period?.start, '2026-03-31')
    assert.equal(of('2026-02-10', []).period, undefined)
  })

  test('pins a period that begins again after an empty one', () => {
    const file = { settings: { emptyPeriod: 're-anchor' } } as const
    const readings = daily(['2026-03-01', ...datesFrom('2026-05-10', 16)])
    const may = lock('2026-05-10', '2026-06-08')
    const now = [...readings, ...daily(['2026-04-15'])]
    assert.equal(of('2026-05-15', now, { locked: [], file }).period?.start, '2026-04-30')
    assert.deepEqual(periods('2026-05', now, { locked: [may], file }), [
      ['2026-04-30', '2026-05-09', true],
      ['2026-05-10', '2026-06-08', false],
    ])
    assert.deepEqual(periods('2026-05', readings, { locked: [may], file }), [
      ['2026-05-10', '2026-06-08', false],
    ])
    const next = lock('2026-04-30', '2026-05-29')
    assert.deepEqual(periods('2026-05', readings, { locked: [next], file }), [
      ['2026-04-30', '2026-05-29', false],
      ['2026-05-30', '2026-06-28', false],
    ])
    const sooner = [...readings, ...daily(['2026-05-02'])]
    assert.deepEqual(periods('2026-05', sooner, { locked: [may], file }), [
      ['2026-05-02', '2026-05-09', true],
      ['2026-05-10', '2026-06-08', false],
    ])
    const held = of('2026-05-15', readings, { locked: [may], file }).period
    assert.equal(held?.fromSecond, at('2026-05-10', '00:00') / 1000)
  })

  test('leaves its period the zone that it had, also where the patient moved on its first date', () => {
    const zones = [
      { zone, from: 0 },
      { zone: 'Asia/Tokyo', from: at('2026-03-01', '06:00') },
    ]
    // 08:00 in New York is 22:00 of the same date in Tokyo
    const readings = datesFrom('2026-03-01', 16).map((date) => reading({ at: at(date, '08:00') }))
    const periodWith = (locked: readonly LockedLine[]) =>
      of('2026-03-10', readings, { locked, file: { zones } }).period
    assert.deepEqual([periodWith([])?.start, periodWith([])?.zone], ['2026-03-01', 'Asia/Tokyo'])
    assert.deepEqual(periodWith([march]), periodWith([]))
  })

  test('of the first period leaves its grid to go on until the next one that was billed', () => {
    // billed when a period had 28 days, which has 30 now
    const locked = [lock('2026-03-01', '2026-03-28'), lock('2026-04-29', '2026-05-28')]
    const readings = daily(datesFrom('2026-03-01', 80))
    assert.deepEqual(periods('2026-04', readings, { locked }), [
      ['2026-03-29', '2026-04-27', false],
      ['2026-04-28', '2026-04-28', true],
      ['2026-04-29', '2026-05-28', false],
    ])
  })

  test('pins the grid of the episode that has its first date', () => {
    const episodes = [
      { episode: 'e-1', from: 0, to: at('2026-03-10', '18:00') },
      { episode: 'e-2', from: at('2026-03-12', '08:00') },
    ]
    const readings = [...late, ...daily(datesFrom('2026-03-01', 40))]
    const startsOn = (on: string, locked: readonly LockedLine[]) =>
      of(on, readings, { locked, file: { episodes } }).period?.start
    assert.equal(startsOn('2026-03-05', [lock('2026-03-01', '2026-03-30', '99445')]), '2026-03-01')
    assert.equal(startsOn('2026-03-20', [lock('2026-03-12', '2026-04-10')]), '2026-03-12')
    assert.equal(startsOn('2026-03-20', [lock('2026-03-14', '2026-04-12')]), '2026-03-14')
    assert.equal(startsOn('2026-03-05', [lock('2026-03-12', '2026-04-10')]), '2026-02-27')
  })

  test('pins the grid of the episode before where the next begins at the midnight after its first date', () => {
    const episodes = [
      { episode: 'e-1', from: 0 },
      { episode: 'e-2', from: at('2026-03-13', '00:00') },
    ]
    const readings = daily(datesFrom('2026-03-01', 40))
    const locked = [lock('2026-03-12', '2026-04-10')]
    assert.deepEqual(periods('2026-03', readings, { locked, file: { episodes } }), [
      ['2026-03-01', '2026-03-11', true],
      ['2026-03-12', '2026-04-10', false],
      ['2026-03-13', '2026-04-11', false],
    ])
  })

  test('pins nothing in an episode that ended where it begins', () => {
    const episodes = [{ episode: 'e-1', from: 0, to: at('2026-03-12', '00:00') }]
    const readings = daily(datesFrom('2026-03-01', 5))
    const locked = [lock('2026-03-12', '2026-04-10')]
    assert.deepEqual(periods('2026-03', readings, { locked, file: { episodes } }), [
      ['2026-03-01', '2026-03-30', false],
    ])
    const second = [{ episode: 'e-1', from: 0, to: at('2026-03-12', '00:00') + 1000 }]
    assert.deepEqual(periods('2026-03', readings, { locked, file: { episodes: second } }), [
      ['2026-03-01', '2026-03-11', true],
      ['2026-03-12', '2026-04-10', false],
    ])
  })

  test('blocks another line of its kind that has some of its dates', () => {
    const episodes = [
      { episode: 'e-1', from: 0, to: at('2026-03-10', '18:00') },
      { episode: 'e-2', from: at('2026-03-12', '08:00') },
    ]
    const readings = daily(datesFrom('2026-03-12', 40))
    const held = (locked: LockedLine) =>
      line(of('2026-03-20', readings, { locked: [locked], file: { episodes } }), '99454').blocks
    assert.deepEqual(held(lock('2026-03-01', '2026-03-30', '99445')), ['PERIODS_OVERLAP'])
    assert.deepEqual(held(lock('2026-02-10', '2026-03-11', '99445')), [])
    assert.deepEqual(held(lock('2026-02-11', '2026-03-12', '99445')), ['PERIODS_OVERLAP'])
    assert.deepEqual(held(lock('2026-03-01', '2026-03-31', '99457')), [])
  })

  test('of a later episode stands, and the line of the earlier one gives way', () => {
    const episodes = [
      { episode: 'e-1', from: 0, to: at('2026-03-10', '18:00') },
      { episode: 'e-2', from: at('2026-03-12', '08:00') },
    ]
    const readings = daily(datesFrom('2026-03-01', 40))
    const locked = [lock('2026-03-12', '2026-04-10')]
    const blocksOn = (on: string, code: string) =>
      line(of(on, readings, { locked, file: { episodes } }), code).blocks
    assert.deepEqual(blocksOn('2026-03-20', '99454'), [])
    assert.deepEqual(blocksOn('2026-03-05', '99445'), ['PERIODS_OVERLAP'])
  })

  test('of two that overlap the first pins the grid', () => {
    const locked = [lock('2026-03-10', '2026-04-08'), march]
    assert.deepEqual(periods('2026-03', sixteen, { locked }), [
      ['2026-03-01', '2026-03-30', false],
      ['2026-03-31', '2026-04-29', false],
    ])
  })

  test('that overlaps an earlier one by one date takes no third one with it', () => {
    const locked = [march, lock('2026-03-30', '2026-04-28'), lock('2026-04-10', '2026-05-09')]
    assert.deepEqual(periods('2026-04', sixteen, { locked }), [
      ['2026-03-31', '2026-04-09', true],
      ['2026-04-10', '2026-05-09', false],
    ])
  })

  test('of months and of set-ups pins nothing', () => {
    const locked = [lock('2026-03-02', '2026-03-31', '99457'), lock('2026-03-03', '2026-03-04', '99453')]
    assert.equal(of('2026-03-10', sixteen, { locked }).period?.start, '2026-03-01')
    const physician = lock('2026-02-26', '2026-03-27', '99091')
    assert.equal(of('2026-03-10', sixteen, { locked: [physician] }).period?.start, '2026-02-26')
  })
})
