import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { at, daily, datesFrom, MINUTE, reading, zone } from '@cufflink/folds/invented/facts'
import { countedDates, medicare } from '../../../src/index.ts'
import { enrolment, evaluated, line } from '../../patients.ts'

const first = '2026-03-01'
const on = '2026-03-10'
const base = daily(datesFrom(first, 3))

describe('a device line', () => {
  const sixteen = daily(datesFrom(first, 16))

  test('is supported while its period and grace are open, then final', () => {
    const status = (asOf: number) => line(evaluated({ readings: sixteen, on, asOf }), '99454').status
    assert.equal(status(at('2026-03-16', '12:00')), 'supported')
    assert.equal(status(at('2026-04-04', '23:59')), 'supported')
    assert.equal(status(at('2026-04-05', '00:00')), 'final')
    assert.equal(line(evaluated({ readings: sixteen, on }), '99454').finalOn, '2026-04-05')
  })

  test('says how many days are left, today while it has none, and whether the goal can be reached', () => {
    const reach = (count: number, asOf: number) =>
      line(evaluated({ readings: daily(datesFrom(first, count)), on, asOf }), '99454').reach
    assert.deepEqual(reach(10, at('2026-03-24', '13:00')), { possible: true, daysLeft: 7 })
    assert.deepEqual(reach(10, at('2026-03-25', '13:00')), { possible: true, daysLeft: 6 })
    assert.deepEqual(reach(10, at('2026-03-26', '13:00')), { possible: false, daysLeft: 5 })
    assert.deepEqual(reach(10, at('2026-03-10', '13:00')), { possible: true, daysLeft: 20 })
    assert.deepEqual(reach(10, at('2026-04-02', '13:00')), { possible: false, daysLeft: 0 })
  })

  test('could be reached late by readings that were made and are on their way, while grace lasts', () => {
    const late = (count: number, asOf: number, episodes = enrolment().episodes) =>
      line(
        evaluated({
          readings: daily(datesFrom(first, count)),
          on,
          asOf,
          enrolment: enrolment({ episodes }),
        }),
        '99454',
      ).lateReach
    assert.equal(late(10, at('2026-03-24')), false)
    assert.equal(late(10, at('2026-04-02')), true)
    assert.equal(late(10, at('2026-04-05', '00:00')), false)
    const closed = (to: number) => [{ episode: 'e', from: 0, to }]
    assert.equal(late(10, at('2026-04-02'), closed(at('2026-03-16', '12:00'))), true)
    assert.equal(late(10, at('2026-04-02'), closed(at('2026-03-15', '12:00'))), false)
  })

  test('has nothing to hope for after the episode was closed, and keeps what was collected', () => {
    const episodes = [{ episode: 'e', from: 0, to: at('2026-03-12', '18:00') }]
    const held = line(
      evaluated({
        readings: daily(datesFrom(first, 5)),
        on,
        asOf: at('2026-03-11', '13:00'),
        enrolment: enrolment({ episodes }),
      }),
      '99454',
    )
    assert.deepEqual([held.have.days, held.reach], [5, { possible: false, daysLeft: 2 }])
  })

  test('names for each date the first reading, its arrival and every ledger offset', () => {
    const readings = [
      reading({ at: at(first, '12:00') }),
      reading({ at: at(first, '08:00'), receivedAt: at(first, '08:01') }),
      reading({ at: at('2026-03-02') }),
    ]
    const { evidence } = line(evaluated({ readings, on }), '99445')
    assert.ok(evidence.kind === 'device')
    assert.deepEqual(evidence.dates[0], {
      date: first,
      readings: 2,
      first: { device: 'cuff-1', measuredAt: at(first, '08:00'), arrivedAt: at(first, '08:01'), offset: 1 },
      offsets: [1, 0],
    })
  })

  test('names its rule, source and dates, and the amount at the rate on file', () => {
    const held = line(evaluated({ readings: sixteen, on }), '99454')
    assert.deepEqual(
      [held.rule.ruleSet, held.rule.from, held.rule.to, held.amountCents],
      ['medicare-2026', '2026-01-01', '2026-12-31', 5211],
    )
    assert.match(held.rule.threshold, /at least 16 data-days/)
  })

  test('is paid by the rates of its own year, and by no other', () => {
    const cents = (date: string, ruleSets = medicare) =>
      line(evaluated({ readings: daily(datesFrom(date, 16)), on: date, ruleSets }), '99454').amountCents
    assert.deepEqual([cents(first), cents('2025-03-01')], [5211, 4302])
    const of2026 = { ...medicare[1]!, rates: [] }
    assert.equal(cents(first, medicare.with(1, of2026)), undefined)
  })

  test('is flagged when only the union of devices reaches 16', () => {
    const devices = [...enrolment().devices, { device: 'cuff-2', model: 'cuff', assigned: [{ from: 0 }] }]
    const split = [...daily(datesFrom(first, 8)), ...daily(datesFrom('2026-03-09', 8), 'cuff-2')]
    const held = line(evaluated({ readings: split, on, enrolment: enrolment({ devices }) }), '99454')
    assert.ok(held.units === 1 && held.warnings.includes('UNION_ONLY'))
    assert.ok(!line(evaluated({ readings: sixteen, on }), '99454').warnings.includes('UNION_ONLY'))
    const beside = [...sixteen, ...daily(datesFrom('2026-03-20', 3), 'cuff-2')]
    const enough = line(evaluated({ readings: beside, on, enrolment: enrolment({ devices }) }), '99454')
    assert.deepEqual([enough.have.days, enough.warnings.includes('UNION_ONLY')], [19, false])
  })

  test('is flagged for an upload of more than 3 dates, not of 3', () => {
    const upload = (count: number) => [
      ...base,
      ...datesFrom('2026-03-05', count).map((date, index) =>
        reading({ at: at(date), receivedAt: at('2026-03-12') + index * MINUTE }),
      ),
    ]
    assert.ok(line(evaluated({ readings: upload(4), on }), '99445').warnings.includes('BATCH_UPLOAD'))
    assert.ok(!line(evaluated({ readings: upload(3), on }), '99445').warnings.includes('BATCH_UPLOAD'))
  })

  test('is flagged for an upload that reaches over its ends, or held readings that do not count', () => {
    const received = at('2026-04-02')
    const across = datesFrom('2026-03-29', 4).map((date) => reading({ at: at(date), receivedAt: received }))
    const flagged = (readings: ReturnType<typeof daily>, date = on, file = enrolment()) =>
      line(evaluated({ readings, on: date, enrolment: file }), '99445').warnings.includes('BATCH_UPLOAD')
    assert.ok(flagged([...base, ...across]))
    assert.ok(flagged([...base, ...across], '2026-04-02'))
    assert.ok(!flagged([...base, ...across], '2026-05-02'))
    const consents = [{ from: at(first, '00:00'), to: at('2026-03-30', '00:00') }]
    assert.ok(flagged([...base, ...across], on, enrolment({ consents })))
  })

  test('takes what is one upload from the settings', () => {
    const apart = [
      ...base,
      ...datesFrom('2026-03-05', 4).map((date, index) =>
        reading({ at: at(date), receivedAt: at('2026-03-12') + index * 5 * MINUTE }),
      ),
    ]
    const flagged = (uploadGapMinutes: number) =>
      line(
        evaluated({ readings: apart, on, enrolment: enrolment({ settings: { uploadGapMinutes } }) }),
        '99445',
      ).warnings.includes('BATCH_UPLOAD')
    assert.deepEqual([flagged(4), flagged(5)], [false, true])
  })

  test('names the facts on file that it stands on', () => {
    const file = enrolment({
      consents: [
        { from: at('2026-01-01'), to: at('2026-02-01'), offset: 3 },
        { from: at('2026-02-20'), offset: 4 },
        { from: at('2026-04-20'), offset: 5 },
      ],
      orders: [{ from: at('2026-02-20'), offset: 6 }],
      episodes: [
        { episode: 'e-0', from: at('2026-01-01'), to: at('2026-02-01'), offset: 7 },
        { episode: 'e', from: at('2026-02-20'), offset: 8, setUpAt: at('2026-02-21'), setUpOffset: 9 },
      ],
    })
    const evaluation = evaluated({ readings: base, on, enrolment: file })
    const onFile = { consents: [4], orders: [6], episode: [8], setUp: [9] }
    for (const code of ['99445', '99453', '99457']) assert.deepEqual(line(evaluation, code).onFile, onFile)
  })

  test('is not flagged for an upload of many readings of 3 dates', () => {
    const received = at('2026-03-12')
    const readings = datesFrom('2026-03-05', 3).flatMap((date) =>
      ['08:00', '20:00'].map((time) => reading({ at: at(date, time), receivedAt: received })),
    )
    const { warnings } = line(evaluated({ readings: [...base, ...readings], on }), '99445')
    assert.ok(!warnings.includes('BATCH_UPLOAD'))
  })

  test('is flagged for an upload by device: two devices at the same minute are two uploads', () => {
    const devices = [...enrolment().devices, { device: 'cuff-2', model: 'cuff', assigned: [{ from: 0 }] }]
    const flagged = (dates: Readonly<Record<string, readonly string[]>>) => {
      const received = at('2026-03-20')
      const late = Object.entries(dates).flatMap(([device, held]) =>
        held.map((date, index) => reading({ at: at(date), device, receivedAt: received + index * MINUTE })),
      )
      const { warnings } = line(
        evaluated({ readings: [...base, ...late], on, enrolment: enrolment({ devices }) }),
        '99445',
      )
      return warnings.includes('BATCH_UPLOAD')
    }
    const dates = datesFrom('2026-03-05', 8)
    assert.ok(!flagged({ 'cuff-1': dates.slice(0, 3), 'cuff-2': dates.slice(3, 6) }))
    assert.ok(flagged({ 'cuff-1': dates.slice(0, 4), 'cuff-2': dates.slice(4, 8) }))
    assert.ok(flagged({ 'cuff-2': dates.slice(0, 4), 'cuff-1': dates.slice(4, 5) }))
    assert.ok(flagged({ 'cuff-1': dates.slice(0, 1), 'cuff-2': dates.slice(1, 5) }))
  })

  test('is flagged for readings that arrive a minute apart, not two', () => {
    const apart = (minutes: number) => [
      ...base,
      ...datesFrom('2026-03-05', 4).map((date, index) =>
        reading({ at: at(date), receivedAt: at('2026-03-12') + index * minutes * MINUTE }),
      ),
    ]
    const flags = (minutes: number) => line(evaluated({ readings: apart(minutes), on }), '99445').warnings
    assert.deepEqual([flags(1).includes('BATCH_UPLOAD'), flags(2).includes('BATCH_UPLOAD')], [true, false])
  })

  test('is flagged where one zone has the 16th date and another has not', () => {
    const readings = [
      ...daily(datesFrom(first, 14)),
      reading({ at: at('2026-03-20', '23:58') }),
      reading({ at: at('2026-03-21', '00:03') }),
    ]
    const held = line(evaluated({ readings, on }), '99454')
    assert.deepEqual([held.units, held.warnings.includes('TZ_SENSITIVE')], [1, true])
  })

  test('is flagged when a counted reading came after the grace days', () => {
    const late = (receivedAt: number) => [...base, reading({ at: at('2026-03-20'), receivedAt })]
    assert.ok(
      !line(evaluated({ readings: late(at('2026-04-04', '23:59')), on }), '99445').warnings.includes(
        'AFTER_GRACE',
      ),
    )
    const held = line(evaluated({ readings: late(at('2026-04-05', '00:00')), on }), '99445')
    assert.ok(held.warnings.includes('AFTER_GRACE') && held.have.days === 4)
  })

  test('is flagged when the practice’s own zone would give another code', () => {
    const readings = [reading({ at: at('2026-03-02', '23:58') }), reading({ at: at('2026-03-03', '00:03') })]
    const utcHome = enrolment({ zones: [{ zone, from: 0 }], practiceZone: zone })
    assert.ok(
      line(evaluated({ readings, on, enrolment: utcHome }), '99445').warnings.includes('TZ_SENSITIVE'),
    )
    const noon = [reading({ at: at('2026-03-02', '12:00') }), reading({ at: at('2026-03-02', '13:00') })]
    const pacific = enrolment({ practiceZone: 'Pacific/Kiritimati' })
    assert.deepEqual(
      line(evaluated({ readings: noon, on, enrolment: pacific }), '99445').warnings.includes('TZ_SENSITIVE'),
      false,
    )
    const evening = [reading({ at: at('2026-03-02', '04:00') }), reading({ at: at('2026-03-02', '06:00') })]
    assert.ok(
      line(evaluated({ readings: evening, on, enrolment: pacific }), '99445').warnings.includes(
        'TZ_SENSITIVE',
      ),
    )
  })
})

describe('the dates that count', () => {
  const twice = [...daily(datesFrom('2026-03-01', 3)), reading({ at: at('2026-03-02', '20:00') })]

  test('are those of the period’s device lines, each with its readings', () => {
    const counted = countedDates(evaluated({ readings: twice, on: '2026-03-10' }))
    assert.deepEqual(
      [...counted],
      [
        ['2026-03-01', 1],
        ['2026-03-02', 2],
        ['2026-03-03', 1],
      ],
    )
    assert.equal(countedDates(evaluated({ readings: [], on: '2026-03-10' })).size, 0)
  })

  test('are of several families all dates, with the most readings of one', () => {
    const devices = [
      { device: 'cuff-1', model: 'cuff', assigned: [{ from: 0 }] },
      { device: 'spiro-1', model: 'spirometer', assigned: [{ from: 0 }] },
    ]
    const readings = [...twice, ...daily(['2026-03-02', '2026-03-04'], 'spiro-1')]
    const evaluation = evaluated({ readings, on: '2026-03-10', enrolment: enrolment({ devices }) })
    assert.deepEqual(Object.fromEntries(countedDates(evaluation)), {
      '2026-03-01': 1,
      '2026-03-02': 2,
      '2026-03-03': 1,
      '2026-03-04': 1,
    })
  })

  test('are not those of a set-up in another period', () => {
    const evaluation = evaluated({ readings: daily(datesFrom('2026-03-01', 3)), on: '2026-04-10' })
    assert.equal(line(evaluation, '99453').have.days, 2)
    assert.equal(countedDates(evaluation).size, 0)
  })
})
