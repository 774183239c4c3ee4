import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { at, called, daily, datesFrom, entered, MINUTE, worked } from '@cufflink/folds/invented/facts'
import { enrolment, evaluated, line, timeCodes } from '../../patients.ts'

const on = '2026-03-10'
describe('a time line', () => {
  test('is final when month and grace have ended', () => {
    const status = (asOf: number) =>
      line(evaluated({ time: [worked(on, 1200), called(on)], on, asOf }), '99457').status
    assert.equal(status(at('2026-04-05', '23:59')), 'supported')
    assert.equal(status(at('2026-04-06', '00:00')), 'final')
  })

  test('says how many seconds are missing to the next code, and never rounds', () => {
    const time = [worked(on, 600.4), worked('2026-03-11', 599.5), called(on)]
    const evaluation = evaluated({ time, on })
    assert.deepEqual(line(evaluation, '99457').missing, { seconds: 1 })
    assert.equal(timeCodes(evaluation), '99470')
    assert.deepEqual(line(evaluated({ time: [worked(on, 1300), called(on)], on }), '99458').missing, {
      seconds: 1100,
    })
  })

  test('counts further steps one by one: 2399, 2400, 3599, 3600, 4799, 4800, 5999, 6000 s', () => {
    const of = (total: number) => {
      const evaluation = evaluated({ time: [worked(on, total), called(on)], on })
      const held = evaluation.lines.filter(({ status }) => status === 'held').map(({ units }) => units)
      return [timeCodes(evaluation), ...held]
    }
    assert.deepEqual(of(2399), ['99457'])
    assert.deepEqual(of(2400), ['99457 99458'])
    assert.deepEqual(of(3599), ['99457 99458'])
    assert.deepEqual(of(3600), ['99457 99458x2'])
    assert.deepEqual(of(4799), ['99457 99458x2'])
    assert.deepEqual(of(4800), ['99457 99458x3'])
    assert.deepEqual(of(5999), ['99457 99458x3'])
    assert.deepEqual(of(6000), ['99457 99458x3', 1])
  })

  test('tells a locked step as billed, and what is over the cap still as held', () => {
    const locked = { code: '99458', from: '2026-03-01', to: '2026-03-31', units: 3 }
    const lock = { ...locked, amountCents: 1, ruleSet: 'medicare-2026' }
    const file = enrolment({ locked: [lock] })
    const steps = evaluated({ time: [worked(on, 6000), called(on)], on, enrolment: file }).lines.filter(
      ({ code }) => code === '99458',
    )
    assert.deepEqual(
      steps.map(({ status, units, locked: billed, warnings }) => [
        status,
        units,
        billed,
        warnings.includes('LOCKED_OTHERWISE'),
      ]),
      [
        ['final', 3, lock, false],
        ['held', 1, undefined, false],
      ],
    )
  })

  test('bills what a person released of the units over the cap, and holds what no one decided on', () => {
    const units = (released: number, dismissed: number) => {
      const decided = { code: '99458', from: '2026-03-01', to: '2026-03-31', released, dismissed }
      const file = enrolment({ decisions: [decided] })
      return evaluated({ time: [worked(on, 7200), called(on)], on, enrolment: file })
        .lines.filter(({ code }) => code === '99458')
        .map((held) => `${held.units} ${held.status}`)
    }
    assert.deepEqual(units(0, 0), ['3 final', '2 held'])
    assert.deepEqual(units(1, 0), ['4 final', '1 held'])
    assert.deepEqual(units(1, 1), ['4 final'])
    assert.deepEqual(units(0, 2), ['3 final'])
    assert.deepEqual(units(9, 0), ['5 final'])
  })

  test('without any step under the cap holds them all', () => {
    const file = enrolment({ settings: { stepCap: 0 } })
    const of = (total: number) =>
      evaluated({ time: [worked(on, total), called(on)], on, enrolment: file })
        .lines.filter(({ code }) => code === '99458')
        .map(({ status, units }) => [status, units])
    assert.deepEqual([of(2399), of(2400), of(4800)], [[['short', 0]], [['held', 1]], [['held', 3]]])
  })

  test('pays by the unit', () => {
    assert.equal(line(evaluated({ time: [worked(on, 3600), called(on)], on }), '99458').amountCents, 2 * 4142)
  })

  test('can be short only while the month has time left', () => {
    const reach = (asOf: number) => line(evaluated({ time: [worked(on, 60)], on, asOf }), '99457').reach
    assert.deepEqual(reach(at('2026-03-31', '20:00')), { possible: true, daysLeft: 1 })
    assert.deepEqual(reach(at('2026-04-01', '00:00')), { possible: false, daysLeft: 0 })
    const late = (asOf: number, total = 60) =>
      line(evaluated({ time: [worked(on, total), called(on)], on, asOf }), '99457').lateReach
    // what was done in the month can still be written down while the grace lasts
    assert.deepEqual(
      ['2026-03-31', '2026-04-01', '2026-04-05', '2026-04-06'].map((date) => late(at(date))),
      [false, true, true, false],
    )
    assert.equal(late(at('2026-04-05'), 1200), false)
  })

  test('is flagged for a stretch over 60 minutes and for a staff day over 10 hours', () => {
    const flags = (time: readonly ReturnType<typeof worked>[], elsewhere = time) =>
      line(evaluated({ time, elsewhere, on }), '99457').warnings
    assert.ok(flags([worked(on, 3601)]).includes('LONG_SESSION'))
    assert.ok(!flags([worked(on, 3600)]).includes('LONG_SESSION'))
    const before = entered({ from: at('2026-02-28', '22:00'), until: at('2026-03-01', '00:00') })
    const after = entered({ from: at('2026-04-01', '00:00'), until: at('2026-04-01', '02:00') })
    assert.ok(!flags([before, after]).includes('LONG_SESSION'))
    const across = entered({ from: at('2026-02-28', '22:00'), until: at('2026-03-01', '00:01') })
    assert.ok(flags([across]).includes('LONG_SESSION'))
    const day = (count: number, last: number, from = '08:00') =>
      Array.from({ length: count }, (_, index) =>
        entered({
          from: at(on, from) + index * 60 * MINUTE,
          until: at(on, from) + (index * 60 + (index === count - 1 ? last : 60)) * MINUTE,
          patient: index === 0 ? 'p-1' : `p-${index + 1}`,
        }),
      )
    const night = entered({ from: at(on, '18:00'), until: at('2026-03-11', '06:00') })
    assert.ok(!flags([night]).includes('LONG_STAFF_DAY'))
    const own = (all: ReturnType<typeof day>) => flags(all.slice(0, 1), all)
    assert.ok(!own(day(10, 60)).includes('LONG_STAFF_DAY'))
    assert.ok(own(day(11, 1)).includes('LONG_STAFF_DAY'))
    assert.ok(own(day(11, 1, '12:30')).includes('LONG_STAFF_DAY'), 'a day of the practice, over midnight UTC')
  })

  test('of RTM has the codes of RTM', () => {
    const devices = [{ device: 'spiro-1', model: 'spirometer', assigned: [{ from: 0 }] }]
    const evaluation = evaluated({
      readings: daily(datesFrom('2026-03-01', 16), 'spiro-1'),
      time: [worked(on, 2400, { program: 'RTM' }), called(on)],
      on,
      enrolment: enrolment({ devices }),
    })
    assert.deepEqual(
      evaluation.lines.map(({ code, units }) => [code, units]),
      [
        ['98975', 1],
        ['98976', 1],
        ['98980', 1],
        ['98981', 1],
      ],
    )
  })
})

describe('the programs of a patient', () => {
  const rtm = enrolment({ devices: [{ device: 'spiro-1', model: 'spirometer', assigned: [{ from: 0 }] }] })
  const codes = (time: readonly ReturnType<typeof worked>[], file = rtm) =>
    evaluated({ time, on, enrolment: file }).lines.map(({ code }) => code)

  test('are those of the devices and those of the credited time', () => {
    assert.deepEqual(codes([]), ['98979', '98980'])
    assert.deepEqual(codes([worked(on, 60)]), ['98979', '98980', '99470', '99457'])
    assert.deepEqual(codes([worked(on, 60, { program: 'RTM' })], enrolment()), [
      '99470',
      '99457',
      '98979',
      '98980',
    ])
    assert.deepEqual(codes([worked(on, 60, { program: 'CCM' })], enrolment()), ['99470', '99457'])
    assert.deepEqual(codes([], enrolment({ devices: [] })), ['99470', '99457'])
  })

  test('are those of the enrolment too', () => {
    const enrolled = (...programs: ('RPM' | 'RTM' | 'CCM')[]) =>
      codes([], enrolment({ programs, devices: [] }))
    assert.deepEqual(enrolled('RPM'), ['99470', '99457'])
    assert.deepEqual(enrolled('RTM'), ['98979', '98980'])
    assert.deepEqual(enrolled('RPM', 'RTM', 'CCM'), ['99470', '99457', '98979', '98980'])
    assert.deepEqual(enrolled('CCM'), [])
    assert.deepEqual(codes([], { ...rtm, programs: ['RPM'] }), ['99470', '99457', '98979', '98980'])
  })

  test('block each other by what is met, in devices or in time, but not by the set-up', () => {
    const time = [worked(on, 1200), worked('2026-03-11', 1200, { program: 'RTM' }), called(on)]
    const both = evaluated({ time, on, enrolment: rtm })
    assert.deepEqual(
      [line(both, '99457').blocks, line(both, '98980').blocks],
      [['RPM_AND_RTM'], ['RPM_AND_RTM']],
    )
    assert.deepEqual(line(evaluated({ time: time.slice(0, 1), on, enrolment: rtm }), '99457').blocks, [])
    const episodes = [{ episode: 'e', from: at('2026-01-01') }]
    const devices = [...enrolment().devices, ...rtm.devices]
    const readings = [...daily(datesFrom('2026-01-02', 2), 'spiro-1'), ...daily(datesFrom('2026-03-05', 2))]
    const later = evaluated({ readings, on, enrolment: enrolment({ devices, episodes }) })
    assert.equal(line(later, '98975').units, 1)
    assert.deepEqual(line(later, '99445').blocks, [])
  })
})
