import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { at, daily, datesFrom, MINUTE, reading } from '@cufflink/folds/invented/facts'
import { deviceCode, enrolment, evaluated, line } from '../../patients.ts'

const first = '2026-03-01'
const on = '2026-03-10'

describe('data-day vectors', () => {
  test('1: 16 readings on one date are 1 day and support nothing', () => {
    const readings = Array.from({ length: 16 }, (_, index) =>
      reading({ at: at(first, '08:00') + index * MINUTE }),
    )
    const evaluation = evaluated({ readings, on })
    assert.equal(line(evaluation, '99445').have.days, 1)
    assert.deepEqual(line(evaluation, '99445').missing, { days: 1 })
    assert.equal(deviceCode(evaluation), '')
  })

  for (const [days, code] of [
    [1, ''],
    [2, '99445'],
    [15, '99445'],
    [16, '99454'],
    [30, '99454'],
  ] as const) {
    test(`2: ${days} dates support ${code || 'nothing'}`, () => {
      const evaluation = evaluated({ readings: daily(datesFrom(first, days)), on })
      assert.equal(deviceCode(evaluation), code)
      assert.equal(line(evaluation, '99454').have.days, days)
    })
  }

  test('3: of 16 dates one typed by hand leaves 15', () => {
    const dates = datesFrom(first, 16)
    const devices = [...enrolment().devices, { device: 'typed-1', model: 'typed', assigned: [{ from: 0 }] }]
    const readings = [...daily(dates.slice(0, 15)), ...daily(dates.slice(15), 'typed-1')]
    const evaluation = evaluated({ readings, on, enrolment: enrolment({ devices }) })
    assert.equal(deviceCode(evaluation), '99445')
    assert.equal(line(evaluation, '99445').have.days, 15)
    assert.deepEqual(excluded(line(evaluation, '99445')), ['NOT_AUTOMATIC'])
  })

  test('3: of 16 dates one from an unassigned device leaves 15', () => {
    const dates = datesFrom(first, 16)
    const devices = [
      ...enrolment().devices,
      { device: 'cuff-2', model: 'cuff', assigned: [{ from: 0, to: at(first) }] },
    ]
    const readings = [...daily(dates.slice(0, 15)), ...daily(dates.slice(15), 'cuff-2')]
    const evaluation = evaluated({ readings, on, enrolment: enrolment({ devices }) })
    assert.equal(line(evaluation, '99445').have.days, 15)
    assert.deepEqual(excluded(line(evaluation, '99445')), ['NOT_ASSIGNED'])
  })

  test('4: 23:58 and 00:03 local are 2 days though one UTC date, flagged where it decides', () => {
    const readings = [reading({ at: at('2026-03-02', '23:58') }), reading({ at: at('2026-03-03', '00:03') })]
    const evaluation = evaluated({ readings, on })
    assert.equal(deviceCode(evaluation), '99445')
    assert.ok(line(evaluation, '99445').warnings.includes('TZ_SENSITIVE'))
    const third = evaluated({ readings: [...readings, ...daily(['2026-03-05'])], on })
    assert.ok(!line(third, '99445').warnings.includes('TZ_SENSITIVE'))
  })

  test('5: a period from 2026-03-01 ends on 03-30, and 03-31 opens the next', () => {
    const readings = daily([first, '2026-03-30', '2026-03-31'])
    const before = evaluated({ readings, on: '2026-03-30' })
    assert.deepEqual([before.period?.start, before.period?.end], ['2026-03-01', '2026-03-30'])
    assert.equal(line(before, '99445').have.days, 2)
    const after = evaluated({ readings, on: '2026-03-31' })
    assert.deepEqual([after.period?.start, after.period?.end], ['2026-03-31', '2026-04-29'])
    assert.equal(line(after, '99445').have.days, 1)
  })

  const offline = (clockQuality: 'synced' | 'estimated') => [
    reading({ at: at(first) }),
    ...datesFrom('2026-03-26', 5).map((date) =>
      reading({ at: at(date), receivedAt: at('2026-04-01'), clockQuality }),
    ),
  ]

  test('6: five days offline, delivered on day 32 with good clocks, count in period 1, in grace, flagged BATCH_UPLOAD', () => {
    const evaluation = evaluated({ readings: offline('synced'), on: '2026-03-30' })
    assert.equal(line(evaluation, '99445').have.days, 6)
    assert.ok(line(evaluation, '99445').warnings.includes('BATCH_UPLOAD'))
    assert.ok(!line(evaluation, '99445').warnings.includes('AFTER_GRACE'))
    const next = evaluated({ readings: offline('synced'), on: '2026-03-31' })
    assert.equal(line(next, '99445').have.days, 0)
  })

  test('7: the same with estimated clocks is one day, the received date, in period 2', () => {
    const before = evaluated({ readings: offline('estimated'), on: '2026-03-30' })
    assert.equal(line(before, '99445').have.days, 1)
    const { evidence, have, warnings } = line(
      evaluated({ readings: offline('estimated'), on: '2026-03-31' }),
      '99445',
    )
    assert.equal(have.days, 1)
    assert.ok(evidence.kind === 'device')
    assert.deepEqual(
      evidence.dates.map(({ date, readings }) => [date, readings]),
      [['2026-04-01', 5]],
    )
    assert.ok(warnings.includes('GUESSED_CLOCK') && !warnings.includes('BATCH_UPLOAD'))
  })
})

const excluded = (held: ReturnType<typeof line>): readonly string[] =>
  held.evidence.kind === 'device' ? held.evidence.excluded.map(({ why }) => why) : []
