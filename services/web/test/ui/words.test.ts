import assert from 'node:assert/strict'
import { test } from 'node:test'
import { initialWork } from '../../src/app/timer/work-state.ts'
import {
  chanceText,
  forecastText,
  inOrder,
  lineKey,
  progressShare,
  progressText,
} from '../../src/chart/codes/code-text.ts'
import { clockWords, deviceClockText, measurementText } from '../../src/chart/reading-text.ts'
import { byPerson, sumOf } from '../../src/chart/time/tally-rows.ts'
import { timerText } from '../../src/chart/time/timer-text.ts'
import { commandKey } from '../../src/chart/use-keys.ts'
import { fieldTime, stepOf } from '../../src/ui/time/zoned-input.ts'
import { deductionText, dollarsText, joined, lengthText, spanText, windowText } from '../../src/ui/words.ts'
import { line, reading } from '../chart/fixtures.ts'

const out = { possible: false, daysLeft: 0 }

test('says what there is and what is missing', () => {
  const texts = [
    line('99454', { have: { days: 12 }, missing: { days: 4 } }),
    line('99454', { have: { days: 12 }, missing: { days: 4 }, reach: out }),
    line('99454', { have: { days: 16 }, missing: {} }),
    line('99457'),
    line('99457', { missing: { seconds: 250 } }),
    line('99457', { missing: { conversation: true } }),
    line('99457', { have: { seconds: 1_450, conversations: 1 }, missing: {} }),
  ].map(progressText)
  assert.deepEqual(texts, [
    '12 of 16 days',
    '12 of 16 days, out of reach now',
    '16 days',
    '4:10 more and a conversation',
    '4:10 more',
    'lacks a conversation',
    '24:10 and 1 conversation',
  ])
})

test('says when the days will be there with a reading each day, while they still can be', () => {
  const period = { clock: 'period', from: '2026-03-01', to: '2026-03-30', have: { days: 12 } } as const
  const texts = [
    line('99454', { ...period, missing: { days: 4 }, reach: { possible: true, daysLeft: 10 } }),
    line('99454', { ...period, missing: { days: 4 }, reach: { possible: true, daysLeft: 4 } }),
    line('99454', { ...period, missing: { days: 4 }, reach: { possible: false, daysLeft: 3 } }),
    line('99454', { ...period, missing: {} }),
    line('99453', { clock: 'episode', missing: { days: 1 } }),
    line('99457', { missing: { seconds: 250 } }),
  ].map(forecastText)
  const [first, last, ...none] = texts
  assert.equal(first, ', on Mar 24 with a reading each day')
  assert.equal(last, ', on Mar 30 with a reading each day')
  assert.deepEqual(none, ['', '', '', ''])
})

test('an estimate is never as sure as 0% or 100%', () => {
  assert.deepEqual([0, 0.004, 0.01, 0.5, 0.99, 0.999, 1].map(chanceText), [
    'under 1%',
    'under 1%',
    '1%',
    '50%',
    '99%',
    'over 99%',
    'over 99%',
  ])
})

test('a bar shows how far it is', () => {
  assert.equal(progressShare({ have: { days: 12 }, missing: { days: 4 } }), 0.75)
  assert.equal(progressShare({ have: { seconds: 950 }, missing: { seconds: 250 } }), 950 / 1_200)
  assert.equal(progressShare({ have: {}, missing: { seconds: 600 } }), 0)
  assert.equal(progressShare({ have: { days: 20 }, missing: {} }), 1)
})

test('periods come first, then the month, then what is once per episode', () => {
  const lines = [
    line('99453', { clock: 'episode' }),
    line('99458', { missing: { seconds: 1_450 } }),
    line('99457'),
    line('99470', { missing: { seconds: 60 } }),
    line('99454', { clock: 'period', from: '2026-03-20' }),
    line('99445', { clock: 'period', from: '2026-02-18' }),
  ]
  assert.deepEqual(
    inOrder(lines).map(({ code }) => code),
    ['99445', '99454', '99470', '99457', '99458', '99453'],
  )
  assert.notEqual(lineKey(line('99458', { status: 'held' })), lineKey(line('99458', { status: 'final' })))
})

test('amounts, windows, spans and deductions in words', () => {
  assert.equal(dollarsText(123_456_7), '$12,345.67')
  assert.equal(windowText('2026-03-01', '2026-03-31'), 'Mar 1 – Mar 31')
  assert.equal(windowText('2026-03-01', '2026-03-01'), 'Mar 1')
  assert.equal(
    spanText(Date.UTC(2026, 2, 4, 14, 10), Date.UTC(2026, 2, 4, 14, 31), 'America/New_York'),
    '9:10 AM – 9:31 AM',
  )
  assert.equal(deductionText({ why: 'EM_DAY', ms: 130_999 }), '2:10 not counted: on the date of an E/M visit')
  assert.equal(deductionText({ why: 'NOT_POSITIVE', ms: 0 }), 'not counted: it has no length')
  assert.equal(deductionText({ why: 'SOMETHING_NEW', ms: 1_000 }), '0:01 not counted: something new')
  assert.deepEqual([joined([]), joined(['a']), joined(['a', 'b', 'c'])], ['', 'a', 'a, b and c'])
})

test('values have their units', () => {
  const pressure = { kind: 'blood-pressure', systolicMmHg: 141, diastolicMmHg: 88, pulsePerMin: 71 } as const
  assert.equal(measurementText({ ...pressure, irregularPulse: true }), '141/88 mmHg, pulse 71/min, irregular')
  assert.equal(measurementText({ kind: 'body-weight', weightKg: 84.2 }), '84.2 kg (185.6 lb)')
  assert.equal(
    measurementText({ kind: 'blood-glucose', glucoseMgPerDl: 112.4, meal: 'fasting' }),
    '112 mg/dL, fasting',
  )
  assert.equal(clockWords(reading(0)), undefined)
  assert.equal(clockWords({ clockQuality: 'receipt' }), 'time of receipt')
})

test('of a device’s clock that was not believed it is said what it showed, where that is another minute', () => {
  const measuredAt = Date.UTC(2026, 2, 4, 14, 30)
  const zone = 'America/New_York'
  const showed = (deviceTime?: number) =>
    deviceClockText({ measuredAt, ...(deviceTime !== undefined && { deviceTime }) }, zone)
  assert.equal(showed(Date.UTC(2021, 0, 1, 5, 7)), 'its clock showed Fri, Jan 1, 2021, 12:07 AM')
  assert.equal(showed(measuredAt + 59_999), undefined)
  assert.equal(showed(), undefined)
})

test('time is told by person, who has most first', () => {
  const of = (clinician: string, category: string, creditedMs: number) => ({
    program: 'RPM' as const,
    category,
    clinician,
    clinicianName: clinician.toUpperCase(),
    creditedMs,
    deductedMs: 5,
  })
  const rows = [of('ada', 'education', 10), of('ben', 'data-review', 90), of('ada', 'conversation', 50)]
  assert.deepEqual(
    byPerson(rows).map(({ name, creditedMs, rows: own }) => [
      name,
      creditedMs,
      own.map(({ category }) => category),
    ]),
    [
      ['BEN', 90, ['data-review']],
      ['ADA', 60, ['conversation', 'education']],
    ],
  )
  assert.equal(sumOf(rows, 'deductedMs'), 15)
})

test('the timer says where it runs, and how it ended', () => {
  const { shown } = initialWork
  const timer = {
    type: 'timer',
    session: 't-1',
    patient: 'p-1',
    patientName: 'Ann Ito',
    program: 'RPM',
    category: 'data-review',
    startedAt: 0,
    workedMs: 0,
    atMs: 0,
    here: true,
    saved: true,
  } as const
  const live = { ...shown, link: 'live' } as const
  const ended = {
    type: 'timer.stopped',
    session: 't-1',
    patient: 'p-1',
    until: 0,
    workedMs: 65_000,
    reason: 'idle',
  } as const
  const texts = [
    timerText(shown, 'p-1'),
    timerText(live, 'p-1'),
    timerText({ ...live, timer }, 'p-1'),
    timerText({ ...live, timer }, 'p-2'),
    timerText({ ...live, timer: { ...timer, here: false } }, 'p-1'),
    timerText({ ...live, link: 'lost', timer }, 'p-1'),
    timerText({ ...live, ended }, 'p-1'),
    timerText({ ...live, ended }, 'p-2'),
  ]
  assert.deepEqual(texts, [
    'Connecting…',
    'Not running',
    'Counting',
    'Runs on Ann Ito',
    'Runs in another window of yours',
    'No connection: what is not proven will not count',
    'It stopped: no one moved, after 1:05',
    'Not running',
  ])
})

test('a letter is a command unless it is typed into a field, held down or part of a shortcut', () => {
  const pressed = {
    key: 'N',
    ctrlKey: false,
    metaKey: false,
    altKey: false,
    repeat: false,
    defaultPrevented: false,
    target: { closest: () => null },
  }
  assert.equal(commandKey(pressed, true), 'n')
  assert.equal(commandKey({ ...pressed, target: undefined }, true), 'n')
  assert.equal(commandKey({ ...pressed, target: { closest: () => ({}) } }, true), undefined)
  for (const held of ['ctrlKey', 'metaKey', 'altKey', 'repeat', 'defaultPrevented'])
    assert.equal(commandKey({ ...pressed, [held]: true }, true), undefined)
})

test('a single character is no command once those are turned off; other keys are', () => {
  const pressed = { ctrlKey: false, metaKey: false, altKey: false, repeat: false, defaultPrevented: false }
  const press = (key: string) => commandKey({ ...pressed, key, target: undefined }, false)
  assert.deepEqual(['n', 'T', '/', '?', '1', 'Escape'].map(press), [...Array(5).fill(undefined), 'escape'])
})

test('the length of a stretch is told in hours from 100 minutes on', () => {
  const lengths = [0, 7_900, 85 * 60_000, 100 * 60_000 - 1, 100 * 60_000, 1_430 * 60_000].map(lengthText)
  assert.deepEqual(lengths, ['0:00', '0:07', '85:00', '99:59', '1 h 40 min', '23 h 50 min'])
})

test('a field of time shows seconds only where there are some', () => {
  assert.deepEqual(['09:00:00', '09:00:15', '00:00:00'].map(fieldTime), ['09:00', '09:00:15', '00:00'])
  assert.deepEqual(['', '09:00', '09:00:15', '2026-03-04T09:00', '2026-03-04T09:00:15'].map(stepOf), [
    undefined,
    undefined,
    1,
    undefined,
    1,
  ])
})
