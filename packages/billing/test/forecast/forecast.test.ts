import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { MinutesFact } from '@cufflink/contracts'
import {
  at,
  called,
  daily,
  datesFrom,
  entered,
  foldReadings,
  foldTime,
  worked,
} from '@cufflink/folds/invented/facts'
import {
  chanceOfDays,
  chanceOfTime,
  forecast,
  type History,
  habitOf,
  medicare,
  pastMonthOf,
} from '../../src/index.ts'
import { enrolment, evaluated } from '../patients.ts'

const on = '2026-03-20'
const asOf = at(on, '12:30')
const begun = at('2026-02-28')
const file = enrolment({ episodes: [{ episode: 'e', from: begun, setUpAt: begun }] })
const readings = daily(datesFrom('2026-03-01', 19).filter((_, index) => index % 2 === 0))
const input = (minutes: readonly MinutesFact[] = [], known = asOf) => ({
  ruleSets: medicare,
  enrolment: enrolment(),
  asOf: known,
  days: foldReadings(readings),
  minutes: foldTime(minutes),
  clinicians: [],
})
const habit = habitOf(input(), 'RPM')
const months = [
  { secondsPerDay: Array.from({ length: 31 }, (_, day) => (day === 24 ? 1300 : 0)), conversationDays: [25] },
  { secondsPerDay: Array.from({ length: 31 }, () => 0), conversationDays: [] },
]
const history: History = { RPM: { habit, months } }

describe('a forecast', () => {
  test('is a chance with its reason for each line that is short, of days and of time', () => {
    const evaluation = evaluated({ readings, time: [worked('2026-03-11', 300)], on, asOf, enrolment: file })
    const forecasts = forecast(evaluation, history)
    assert.deepEqual(
      forecasts.map(({ code, from, to }) => [code, from, to]),
      [
        ['99454', '2026-03-01', '2026-03-30'],
        ['99470', '2026-03-01', '2026-03-31'],
        ['99457', '2026-03-01', '2026-03-31'],
      ],
    )
    const [high, short, base] = forecasts
    assert.deepEqual(
      [high?.chance, high?.because],
      Object.values(chanceOfDays({ daysNeeded: 6, daysLeft: 11 }, habit)),
    )
    const goal = { conversationNeeded: true, dayOfMonth: 19 }
    assert.equal(short?.chance, chanceOfTime({ ...goal, secondsNeeded: 300 }, months).chance)
    assert.equal(base?.because, chanceOfTime({ ...goal, secondsNeeded: 900 }, months).because)
    assert.equal(
      base?.because,
      'After day 19, 1 of 2 past patient-months like this one gained 15 more minutes and a conversation.',
    )
  })

  test('has 99445 and the set-up while a day is missing, and 99458 on the way to the next step', () => {
    const one = evaluated({ readings: daily(['2026-03-19']), on, asOf, enrolment: file })
    assert.deepEqual(
      forecast(one, history).map(({ code }) => code),
      ['99453', '99445', '99454', '99470', '99457'],
    )
    const step = evaluated({ time: [worked('2026-03-11', 1500), called('2026-03-11')], on, asOf })
    assert.deepEqual(
      forecast(step, history).map(({ code, chance }) => [code, chance]),
      [['99458', 1.5 / 3]],
    )
  })

  test('is none for what stands, is blocked, or is a professional’s own time', () => {
    const stranger = enrolment({ established: false })
    assert.deepEqual(forecast(evaluated({ readings, on, asOf, enrolment: stranger }), history), [])
    const own = enrolment({ settings: { allow99091: true } })
    const codes = forecast(evaluated({ readings, on, asOf, enrolment: own }), history).map(({ code }) => code)
    assert.ok(!codes.includes('99091'))
  })

  test('is 0 once the month has ended, and knows little without history', () => {
    const over = evaluated({ time: [worked('2026-03-11', 300)], on, asOf: at('2026-04-02') })
    assert.deepEqual(
      forecast(over, history).map(({ chance, because }) => [chance, because]),
      [
        [0, 'The month has ended.'],
        [0, 'The month has ended.'],
      ],
    )
    const [time] = forecast(evaluated({ on, asOf }), {})
    assert.equal(time?.chance, 0.5)
    const before = forecast(evaluated({ on: '2026-05-10', asOf }), history)
    assert.match(before[0]?.because ?? '', /^After day 0, /)
  })
})

describe('a habit from documents', () => {
  test('is of the dates that have passed, from the first reading that counts on', () => {
    assert.deepEqual(habit, { daysWith: 10, daysObserved: 19 })
    assert.deepEqual(habitOf(input([], at('2026-03-20', '00:00')), 'RPM'), { daysWith: 10, daysObserved: 19 })
    assert.deepEqual(habitOf(input([], at('2026-03-19', '23:59')), 'RPM'), { daysWith: 9, daysObserved: 18 })
    assert.deepEqual(habitOf(input(), 'RTM'), { daysWith: 0, daysObserved: 0 })
  })

  test('is of the last 60 dates at most', () => {
    const days = foldReadings(daily(datesFrom('2026-01-01', 30)))
    assert.deepEqual(habitOf({ ...input(), days }, 'RPM'), { daysWith: 12, daysObserved: 60 })
  })
})

describe('a past month from documents', () => {
  test('has the credited seconds of each date, split at midnight, and the days with a conversation', () => {
    const facts = [
      worked('2026-02-03', 90.5),
      worked('2026-02-03', 60, { from: at('2026-02-03', '23:59'), until: at('2026-02-04', '00:01') }),
      worked('2026-02-05', 600, { category: 'shipping' }),
      worked('2026-02-06', 600, { program: 'RTM' }),
      entered({ from: at('2026-02-28', '23:59'), until: at('2026-03-01', '00:09') }),
      called('2026-02-28'),
      called('2026-03-01'),
    ]
    const { secondsPerDay, conversationDays } = pastMonthOf(input(facts), {
      month: '2026-02',
      program: 'RPM',
    })
    assert.equal(secondsPerDay.length, 28)
    assert.deepEqual(
      secondsPerDay.flatMap((seconds, index) => (seconds > 0 ? [[index + 1, seconds]] : [])),
      [
        [3, 150.5],
        [4, 60],
        [28, 60],
      ],
    )
    assert.deepEqual(conversationDays, [28])
    assert.equal(pastMonthOf(input(facts), { month: '2026-02', program: 'RTM' }).secondsPerDay[5], 600)
  })
})
