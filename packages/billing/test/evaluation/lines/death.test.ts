import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { at, called, daily, datesFrom, worked } from '@cufflink/folds/invented/facts'
import { type Enrolment, enrolmentOf, explain, nativeModel } from '../../../src/index.ts'
import { enrolment, evaluated, line } from '../../patients.ts'
import { base, patient, story } from '../story.ts'

const readings = daily(datesFrom('2026-03-01', 40))
const time = [
  worked('2026-03-03', 1200),
  called('2026-03-03'),
  worked('2026-04-02', 1200),
  called('2026-04-02'),
]
/** The episode was closed when the practice learned of it, weeks later. */
const closed = [{ episode: 'e-1', from: 0, setUpAt: 0, to: at('2026-05-20') }]
const of = (died: string, on: string, changes: Partial<Enrolment> = {}) =>
  evaluated({
    readings,
    time,
    on,
    asOf: at('2026-06-20'),
    enrolment: enrolment({ episodes: closed, died, ...changes }),
  })

describe('A death', () => {
  test('leaves a line that reaches past it its dates, and says the last date of its claim', () => {
    const evaluation = of('2026-03-20', '2026-03-10')
    for (const [code, to] of [
      ['99454', '2026-03-30'],
      ['99457', '2026-03-31'],
    ] as const) {
      const held = line(evaluation, code)
      assert.deepEqual(
        [held.from, held.to, held.lastDate, held.status, held.blocks],
        ['2026-03-01', to, '2026-03-20', 'final', []],
      )
    }
    assert.match(explain(evaluation), /The patient died: its claim may bear no date after 2026-03-20\./)
  })

  test('says it from the first date of the line on, and not where it is the last', () => {
    const lastDates = (died: string) =>
      ['99454', '99457'].map((code) => line(of(died, '2026-03-01'), code).lastDate)
    assert.deepEqual(lastDates('2026-03-01'), ['2026-03-01', '2026-03-01'])
    assert.deepEqual(lastDates('2026-03-30'), [undefined, '2026-03-30'])
    assert.deepEqual(lastDates('2026-03-31'), [undefined, undefined])
    assert.deepEqual(line(evaluated({ readings, time, on: '2026-03-01' }), '99457').lastDate, undefined)
  })

  test('blocks the month that begins after it, and no other', () => {
    const month = (died: string, on = '2026-04-10') => {
      const { status, blocks, lastDate } = line(of(died, on), '99457')
      return [status, blocks, lastDate]
    }
    assert.deepEqual(month('2026-03-31'), ['blocked', ['AFTER_DEATH'], undefined])
    assert.deepEqual(month('2026-04-01'), ['final', [], '2026-04-01'])
    assert.deepEqual(month('2026-04-30'), ['final', [], undefined])
  })

  test('ends what counts, and the 30-day periods, with its date at the patient’s home', () => {
    const dates = (died: string, changes: Partial<Enrolment> = {}) =>
      line(of(died, '2026-03-10', changes), '99454').have.days
    assert.equal(dates('2026-03-10'), 10)
    assert.equal(of('2026-03-30', '2026-04-05').period, undefined)
    assert.equal(of('2026-03-31', '2026-04-05').period?.start, '2026-03-31')
    // Noon in New York is 01:00 of the next date in Tokyo.
    assert.equal(dates('2026-03-10', { zones: [{ zone: 'Asia/Tokyo', from: 0 }] }), 9)
    assert.equal(line(of('2026-03-10', '2026-03-10'), '99454').reach.daysLeft, 0)
  })

  test('does not open again what was closed before', () => {
    const episodes = [{ episode: 'e-1', from: 0, setUpAt: 0, to: at('2026-03-05', '00:00') }]
    assert.equal(line(of('2026-03-20', '2026-03-01', { episodes }), '99445').have.days, 4)
  })

  test('leaves no day to reach a set-up after it', () => {
    const held = line(
      evaluated({
        readings: daily(['2026-03-01']),
        on: '2026-03-05',
        asOf: at('2026-03-12'),
        enrolment: enrolment({ died: '2026-03-10' }),
      }),
      '99453',
    )
    assert.deepEqual([held.to, held.reach], ['2026-03-10', { possible: false, daysLeft: 0 }])
  })
})

describe('The date of death', () => {
  const asked = {
    tenant: 'riverside',
    patient,
    asOf: at('2027-01-01'),
    file: { models: [nativeModel], staff: new Map(), established: true },
  }
  type Said = { episode?: string; died?: string }
  const diedBy = (...said: readonly Said[]) => {
    const facts = [
      ...story,
      ...said.map(({ episode = 'e-1', ...death }, index) => ({
        ...base,
        id: `death-${index}`,
        type: 'episode.closed' as const,
        v: 2 as const,
        at: at('2026-05-01'),
        data: { patient, episode, closedAt: at('2026-05-01'), reason: 'death', ...death },
      })),
    ]
    return enrolmentOf(
      facts.map((fact, offset) => ({ fact, offset })),
      asked,
    ).died
  }

  test('is that of the last word on an episode, which may take it back', () => {
    assert.equal(diedBy(), undefined)
    assert.equal(diedBy({ died: '2026-04-30' }), '2026-04-30')
    assert.equal(diedBy({ died: '2026-04-30' }, { died: '2026-04-29' }), '2026-04-29')
    assert.equal(diedBy({ died: '2026-04-30' }, {}), undefined)
  })

  test('is the one said last, of any episode; one that is on no calendar says nothing', () => {
    assert.equal(
      diedBy(
        { episode: 'e-2', died: '2026-04-30' },
        { died: '2026-04-29' },
        { episode: 'e-2', died: '2026-04-28' },
      ),
      '2026-04-28',
    )
    assert.equal(diedBy({ episode: 'e-2', died: '2026-04-30' }, {}), '2026-04-30')
    assert.equal(diedBy({ died: '2026-02-30' }), undefined)
  })
})
