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
  chanceOf,
  chanceOfDays,
  chanceOfTime,
  type Experience,
  isForecast,
  medicare,
  pastMonthOf,
} from '../../src/index.ts'
import { enrolment, evaluated } from '../patients.ts'

const on = '2026-03-20'
const asOf = at(on, '12:30')
const begun = at('2026-02-28')
const file = enrolment({ episodes: [{ episode: 'e', from: begun, setUpAt: begun }] })
const readings = daily(datesFrom('2026-03-01', 19).filter((_, index) => index % 2 === 0))
const input = (minutes: readonly MinutesFact[] = []) => ({
  ruleSets: medicare,
  enrolment: enrolment(),
  asOf,
  days: foldReadings(readings),
  minutes: foldTime(minutes),
  clinicians: [],
})
const months = [
  { secondsPerDay: Array.from({ length: 31 }, (_, day) => (day === 24 ? 1300 : 0)), conversationDays: [25] },
  { secondsPerDay: Array.from({ length: 31 }, () => 0), conversationDays: [] },
]
const experience: Experience = { prior: { a: 3, b: 2 }, months: { RPM: months, RTM: [] } }
const codesOf = (changes: Parameters<typeof evaluated>[0]) =>
  evaluated(changes)
    .lines.filter(isForecast)
    .map(({ code }) => code)

describe('a forecast', () => {
  test('is for each line that is short and can still be met, of days and of time', () => {
    const usual = { on, asOf, enrolment: file }
    assert.deepEqual(codesOf({ ...usual, readings, time: [worked('2026-03-11', 300)] }), [
      '99454',
      '99470',
      '99457',
    ])
    assert.deepEqual(codesOf({ ...usual, readings: daily(['2026-03-19']) }), ['99453', '99445', '99454'])
    assert.deepEqual(codesOf({ time: [worked('2026-03-11', 1500), called('2026-03-11')], on, asOf }), [
      '99458',
    ])
  })

  test('is none for what stands, is blocked, out of reach, or a professional’s own time', () => {
    assert.deepEqual(codesOf({ readings, on, asOf, enrolment: enrolment({ established: false }) }), [])
    const own = enrolment({ settings: { allow99091: true } })
    assert.ok(!codesOf({ readings, on, asOf, enrolment: own }).includes('99091'))
    assert.deepEqual(codesOf({ time: [worked('2026-03-11', 300)], on, asOf: at('2026-04-02') }), [])
  })

  test('goes by the patient’s habit and the practice’s prior for days', () => {
    const habit = { daysWith: 10, daysObserved: 19 }
    const line = {
      program: 'RPM',
      clock: 'period',
      missing: { days: 6 },
      daysLeft: 11,
    } as const
    assert.deepEqual(
      chanceOf(line, habit, experience),
      chanceOfDays({ daysNeeded: 6, daysLeft: 11 }, habit, experience.prior),
    )
    assert.match(
      chanceOf(line, { daysWith: 0, daysObserved: 0 }, experience).because,
      /needed; no day of this period has passed/,
    )
  })

  test('goes by the practice’s past months of the program for time and a conversation', () => {
    const missing = { seconds: 900, conversation: true } as const
    const line = { program: 'RPM', clock: 'month', missing, daysLeft: 12 } as const
    const goal = { secondsNeeded: 900, conversationNeeded: true, daysLeft: 12 }
    const habit = { daysWith: 0, daysObserved: 0 }
    assert.deepEqual(chanceOf(line, habit, experience), chanceOfTime(goal, months))
    assert.equal(
      chanceOf(line, habit, experience).because,
      'In the last 12 days of the month, 1 of 2 past patient-months like this one gained 15 more minutes and a conversation.',
    )
    assert.deepEqual(chanceOf({ ...line, program: 'RTM' }, habit, experience), {
      chance: 0.5,
      because:
        'No past patient-month of the practice is like this one; 15 more minutes and a conversation would be needed.',
    })
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
    const both = enrolment({ programs: ['RPM', 'RTM'] })
    const { RPM, RTM } = pastMonthOf({ ...input(facts), enrolment: both }, '2026-02')
    assert.ok(RPM && RTM)
    const { secondsPerDay, conversationDays } = RPM
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
    assert.equal(RTM.secondsPerDay[5], 600)
  })

  test('is one of a program only where the patient was in it from the first instant to the last', () => {
    const [before, first, last] = [at('2026-01-05'), at('2026-02-01', '00:00'), at('2026-03-01', '00:00')]
    const monthsOf = (changes: Parameters<typeof enrolment>[0]) =>
      Object.keys(pastMonthOf({ ...input(), enrolment: enrolment(changes) }, '2026-02'))
    const episodeOf = (from: number, to?: number) => ({
      episodes: [{ episode: 'e', from, ...(to !== undefined && { to }) }],
    })
    assert.deepEqual(monthsOf({ programs: ['RTM'] }), ['RTM'])
    assert.deepEqual(monthsOf({}), ['RPM'])
    assert.deepEqual(monthsOf(episodeOf(first, last)), ['RPM'])
    assert.deepEqual(monthsOf(episodeOf(first + 1)), [])
    assert.deepEqual(monthsOf(episodeOf(before, last - 1)), [])
    assert.deepEqual(monthsOf({ died: '2026-02-27' }), [])
    assert.deepEqual(monthsOf({ consents: [{ from: before, to: last - 1 }] }), [])
    assert.deepEqual(monthsOf({ consents: [{ from: first + 1_000 }] }), [])
    assert.deepEqual(
      monthsOf({ ...episodeOf(before), consents: [{ from: before - 2, to: before - 1 }, { from: last }] }),
      [],
    )
  })
})
