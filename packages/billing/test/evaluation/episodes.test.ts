import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { at, daily, datesFrom, foldReadings, reading } from '@cufflink/folds/invented/facts'
import { type Enrolment, episodesOf, evaluateMonth, medicare } from '../../src/index.ts'
import { deviceCode, enrolment, evaluated, line } from '../patients.ts'

const ended = { episode: 'e-1', from: 0, setUpAt: 0, to: at('2026-03-10', '18:00') }
const again = at('2026-03-12', '08:00')
const second = { episode: 'e-2', from: again, setUpAt: again }
const file = enrolment({ episodes: [ended, second] })
const of = (on: string, readings: ReturnType<typeof daily>, changes: Partial<Enrolment> = {}) =>
  evaluated({ readings, on, enrolment: { ...file, ...changes } })
const datesOf = (evaluation: ReturnType<typeof evaluated>, code = '99454'): readonly string[] => {
  const { evidence } = line(evaluation, code)
  assert.ok(evidence.kind === 'device')
  return evidence.dates.map(({ date }) => date)
}

describe('a date', () => {
  const readings = daily(datesFrom('2026-03-01', 40))

  test('counts for the episode in which it was measured, and for no other', () => {
    assert.deepEqual(datesOf(of('2026-03-05', readings)), datesFrom('2026-03-01', 10))
    assert.deepEqual(datesOf(of('2026-03-20', readings)), datesFrom('2026-03-12', 29))
    assert.equal(of('2026-03-11', readings).period?.episode, 'e-1')
  })

  test('on which one episode ends and the next begins is a date of the first', () => {
    const episodes = [ended, { episode: 'e-2', from: at('2026-03-10', '19:00') }]
    const twice = [...readings, reading({ at: at('2026-03-10', '20:00') })]
    assert.equal(datesOf(of('2026-03-05', twice, { episodes })).at(-1), '2026-03-10')
    assert.equal(datesOf(of('2026-03-20', twice, { episodes }))[0], '2026-03-11')
  })

  test('of an episode that no one closed ends it when the next begins', () => {
    const episodes = [{ episode: 'e-1', from: 0 }, second]
    assert.equal(datesOf(of('2026-03-05', readings, { episodes })).at(-1), '2026-03-11')
    assert.equal(of('2026-04-20', readings, { episodes }).period?.episode, 'e-2')
  })

  test('of an episode within another is that of the inner one', () => {
    const episodes = [
      { episode: 'e-1', from: 0, to: at('2026-06-01') },
      { episode: 'e-2', from: at('2026-03-05', '00:00'), to: at('2026-03-08', '00:00') },
    ]
    assert.deepEqual(datesOf(of('2026-03-03', readings, { episodes })), [
      ...datesFrom('2026-03-01', 4),
      ...datesFrom('2026-03-08', 23),
    ])
    assert.deepEqual(datesOf(of('2026-03-06', readings, { episodes }), '99454'), datesFrom('2026-03-05', 3))
  })
})

describe('the device line of a later episode', () => {
  test('is blocked where the period of an earlier one has some of its dates and a code', () => {
    const readings = daily(datesFrom('2026-03-01', 40))
    const later = line(of('2026-03-20', readings), '99454')
    assert.deepEqual([later.status, later.blocks], ['blocked', ['PERIODS_OVERLAP']])
    assert.equal(deviceCode(of('2026-03-05', readings)), '99445')
  })

  test('stands where the earlier one has no code, or its dates have passed', () => {
    const one = [...daily(['2026-03-01']), ...daily(datesFrom('2026-03-12', 20))]
    assert.equal(deviceCode(of('2026-03-20', one)), '99454')
    const apart = [ended, { episode: 'e-2', from: at('2026-03-31', '00:00') }]
    const both = [...daily(datesFrom('2026-03-01', 5)), ...daily(datesFrom('2026-03-31', 20))]
    assert.equal(deviceCode(of('2026-04-10', both, { episodes: apart })), '99454')
  })

  test('has no period after the episode ended', () => {
    const evaluation = of('2026-04-10', daily(datesFrom('2026-03-01', 5)), { episodes: [ended] })
    assert.deepEqual([evaluation.period, evaluation.waitsFor], [undefined, ['EPISODE']])
    const exact = [{ episode: 'e-1', from: 0, to: at('2026-03-31', '00:00') }]
    const over = of('2026-03-31', daily(datesFrom('2026-03-01', 5)), { episodes: exact })
    assert.deepEqual([over.period, over.waitsFor], [undefined, ['EPISODE']])
    const second = [{ episode: 'e-1', from: 0, to: at('2026-03-31', '00:00') + 1000 }]
    assert.equal(
      of('2026-03-31', daily(datesFrom('2026-03-01', 5)), { episodes: second }).period?.start,
      '2026-03-31',
    )
    assert.equal(
      of('2026-03-25', daily(datesFrom('2026-03-01', 5)), { episodes: [ended] }).period?.end,
      '2026-03-30',
    )
  })
})

describe('the set-up line', () => {
  test('counts the days of its own episode only', () => {
    const readings = [...daily(['2026-03-01']), ...daily(datesFrom('2026-03-12', 5))]
    const held = line(of('2026-03-05', readings), '99453')
    assert.deepEqual([held.have.days, held.units], [1, 0])
    assert.equal(line(of('2026-03-20', readings), '99453').from, '2026-03-12')
  })

  test('keeps the zone in which the patient was set up', () => {
    const setUpAt = at('2026-03-01', '21:00')
    const episodes = [{ episode: 'e-1', from: 0, setUpAt }]
    const zones = [
      { zone: 'America/New_York', from: 0 },
      { zone: 'Asia/Tokyo', from: at('2026-03-20') },
    ]
    const readings = datesFrom('2026-03-02', 60).map((date) => reading({ at: at(date, '21:00') }))
    for (const on of ['2026-03-10', '2026-04-20']) {
      const held = line(of(on, readings, { episodes, zones }), '99453')
      assert.deepEqual([held.from, held.to], ['2026-03-01', '2026-03-03'])
    }
  })

  test('is in the zone of the patient, not that of the practice', () => {
    const episodes = [{ episode: 'e-1', from: 0, setUpAt: at('2026-03-01', '21:00') }]
    const zones = [{ zone: 'Asia/Tokyo', from: 0 }]
    const readings = datesFrom('2026-03-02', 60).map((date) => reading({ at: at(date, '21:00') }))
    const held = line(of('2026-03-10', readings, { episodes, zones }), '99453')
    assert.deepEqual([held.from, held.to], ['2026-03-02', '2026-03-04'])
  })

  test('that nothing has earned yet runs to the end of the period that runs today, or to where its episode was closed', () => {
    const lastDate = (asOf: string, changes: Partial<Enrolment> = {}) => {
      const open = enrolment({ episodes: [{ episode: 'e-1', from: 0 }], ...changes })
      const readings = daily(['2026-03-01'])
      return line(evaluated({ readings, on: '2026-03-05', asOf: at(asOf), enrolment: open }), '99453').to
    }
    // periods begin on 2026-03-01, 03-31, 04-30 and, the fifteenth, on 2027-04-25
    assert.equal(lastDate('2026-03-30'), '2026-03-30')
    assert.equal(lastDate('2026-03-31'), '2026-04-29')
    assert.equal(lastDate('2027-04-24'), '2027-04-24')
    assert.equal(lastDate('2027-04-25'), '2027-05-24')
    assert.equal(lastDate('2026-03-20', { episodes: [ended] }), '2026-03-10')
  })

  test('counts the readings of every family of its program', () => {
    const devices = ['spiro-1', 'tens-1'].map((device) => ({
      device,
      model: device === 'spiro-1' ? 'spirometer' : 'tens',
      assigned: [{ from: 0 }],
    }))
    const models = [
      ...enrolment().models,
      { model: 'tens', family: 'RTM-musculoskeletal', medical: true, automatic: true } as const,
    ]
    const readings = [...daily(['2026-03-01'], 'spiro-1'), ...daily(['2026-03-02'], 'tens-1')]
    const evaluation = of('2026-03-05', readings, { devices, models, episodes: [{ episode: 'e', from: 0 }] })
    assert.equal(line(evaluation, '98975').have.days, 2)
  })

  test('is billed once per episode, also when the date of the set-up was corrected', () => {
    const lock = {
      code: '99453',
      from: '2026-03-01',
      to: '2026-03-02',
      units: 1,
      amountCents: 2171,
      ruleSet: 'm',
    }
    const readings = daily(datesFrom('2026-03-01', 5))
    const corrected = (setUpAt: number) =>
      line(
        of('2026-03-05', readings, {
          episodes: [{ episode: 'e-1', from: at('2026-03-01', '00:00'), setUpAt }],
          locked: [lock],
        }),
        '99453',
      ).locked
    assert.deepEqual(corrected(at('2026-03-03')), lock)
    assert.deepEqual(corrected(at('2026-03-04')), lock)
    assert.deepEqual(corrected(at('2026-03-01')), lock)
    const other = [{ episode: 'e-1', from: at('2026-03-04', '00:00') }]
    assert.equal(
      line(of('2026-03-05', readings, { episodes: other, locked: [lock] }), '99453').locked,
      undefined,
    )
  })
})

describe('the evaluations of a month', () => {
  const months = (month: string, enrolled: Enrolment = file) =>
    evaluateMonth(
      {
        ruleSets: medicare,
        enrolment: enrolled,
        asOf: at('2027-01-01'),
        days: foldReadings(daily(datesFrom('2026-03-01', 60))),
        minutes: [],
        clinicians: [],
      },
      month,
    ).map(({ period, on }) => [period?.episode, period?.start, on])

  test('are one for each period of each episode', () => {
    assert.deepEqual(months('2026-03'), [
      ['e-1', '2026-03-01', '2026-03-01'],
      ['e-2', '2026-03-12', '2026-03-12'],
    ])
    assert.deepEqual(months('2026-04'), [
      ['e-2', '2026-03-12', '2026-04-01'],
      ['e-2', '2026-04-11', '2026-04-11'],
    ])
  })

  test('have none of an episode that no one closed after the next one began', () => {
    const open = enrolment({ episodes: [{ episode: 'e-1', from: 0 }, second] })
    assert.deepEqual(months('2026-04', open), months('2026-04'))
  })
})

describe('a withdrawal of the consent', () => {
  const [begun, given, later] = [at('2026-03-01'), at('2026-02-01'), at('2026-03-05')]
  const endOf = (...consents: Enrolment['consents']): number | undefined =>
    episodesOf(enrolment({ episodes: [{ episode: 'e-1', from: begun }], consents }))[0]?.to

  test('ends an episode that had begun, unless another consent holds at that instant', () => {
    assert.equal(endOf({ from: given, to: later }), later)
    assert.equal(endOf({ from: given, to: later }, { from: later + 1 }), later)
    assert.equal(endOf({ from: given, to: later }, { from: later }), undefined)
  })

  test('ends none that begins at that instant or after it', () => {
    assert.equal(endOf({ from: given, to: begun }), undefined)
    assert.equal(endOf({ from: given, to: begun }, { from: later }), undefined)
    assert.equal(endOf({ from: given, to: begun + 1 }), begun + 1)
  })
})
