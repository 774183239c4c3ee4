import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { MinutesFact } from '@cufflink/contracts'
import { hash32, resolveStretches } from '@cufflink/folds'
import { monthEnd, monthStart, runs } from '@cufflink/folds/invented/arbitrary'
import { at, entered, foldTime, HOUR, MINUTE, zone } from '@cufflink/folds/invented/facts'
import { fold, histories } from '@cufflink/folds/invented/histories'
import { timer } from '@cufflink/folds/invented/timers'
import fc from 'fast-check'
import { clinicianDays, clinicianMonth, overlapsOf } from '../../src/index.ts'

const asOf = at('2026-06-01')
const days = (facts: readonly MinutesFact[], dates: { month: string } | { from: string; to: string }) =>
  clinicianDays(foldTime(facts), { clinician: 'nurse-ada', zone, asOf, ...dates }).map(
    ({ date, seconds, patients, deductedMs }) => [date, seconds, patients, deductedMs],
  )
const stretch = (date: string, from: string, minutes: number, patient = 'p-1', clinician = 'nurse-ada') =>
  entered({
    from: at(date, from),
    until: at(date, from) + minutes * MINUTE,
    patient,
    clinician,
  })

describe('a clinician’s days', () => {
  test('have each moment once over all patients, and say what was taken away', () => {
    const facts = [
      stretch('2026-03-10', '10:00', 10),
      stretch('2026-03-10', '10:05', 10, 'p-2'),
      stretch('2026-03-12', '10:00', 1.5, 'p-3'),
      stretch('2026-03-10', '12:00', 30, 'p-1', 'nurse-bo'),
    ]
    assert.deepEqual(days(facts, { month: '2026-03' }), [
      ['2026-03-10', 900, 2, 5 * MINUTE],
      ['2026-03-12', 90, 1, 0],
    ])
    assert.deepEqual(days(facts, { from: '2026-03-12', to: '2026-03-12' }), [['2026-03-12', 90, 1, 0]])
    assert.deepEqual(days(facts, { from: '2026-03-11', to: '2026-03-11' }), [])
    assert.deepEqual(days(facts, { month: '2026-04' }), [])
  })

  test('are split at local midnights and at the ends of the month', () => {
    const facts = [stretch('2026-03-31', '23:50', 20), stretch('2026-03-10', '23:30', 60)]
    assert.deepEqual(days(facts, { month: '2026-03' }), [
      ['2026-03-10', 1800, 1, 0],
      ['2026-03-11', 1800, 1, 0],
      ['2026-03-31', 600, 1, 0],
    ])
    assert.deepEqual(days(facts, { month: '2026-04' }), [['2026-04-01', 600, 1, 0]])
  })

  test('have no time that was voided, and show it as taken away', () => {
    const startedAt = at('2026-03-10', '10:00')
    const one = timer({ startedAt })
    const voided = [one.started(), one.stopped(startedAt + HOUR), one.voided(startedAt + 2 * HOUR)]
    assert.deepEqual(days(voided, { month: '2026-03' }), [['2026-03-10', 0, 0, HOUR]])
  })
})

test('a clinician’s month is that of its days, rounded once, with each patient once', () => {
  const facts = [
    stretch('2026-03-10', '10:00', 10),
    stretch('2026-03-10', '10:05', 10, 'p-2'),
    stretch('2026-03-12', '10:00', 1.01, 'p-1'),
    stretch('2026-03-13', '10:00', 1.01, 'p-1'),
    stretch('2026-03-31', '23:50', 20, 'p-2'),
    stretch('2026-03-10', '12:00', 30, 'p-3', 'nurse-bo'),
  ]
  const month = clinicianMonth(foldTime(facts), { clinician: 'nurse-ada', zone, asOf, month: '2026-03' })
  const perDate = Array.from({ length: 31 }, () => 0)
  Object.assign(perDate, { 9: 900, 11: 60, 12: 60, 30: 600 })
  assert.deepEqual(month, { seconds: 1621, secondsDeducted: 300, patients: 2, secondsPerDate: perDate })
})

test('stretches are the same at an instant, no matter which instants the same document was asked for before', () => {
  const asked = fc.array(fc.integer({ min: monthStart - HOUR, max: monthEnd + 48 * HOUR }), { minLength: 2 })
  const known = fc.constantFrom(Number.POSITIVE_INFINITY, monthEnd)
  fc.assert(
    fc.property(histories, asked, known, (history, instants, knownAt) => {
      const document = fold(history)
      if (document === undefined) return
      for (const instant of instants)
        assert.deepEqual(
          resolveStretches([document], instant, knownAt),
          resolveStretches([structuredClone(document)], instant, knownAt),
        )
    }),
    runs,
  )
})

describe('an overlap', () => {
  const facts = [
    stretch('2026-03-10', '10:00', 10),
    stretch('2026-03-10', '10:20', 10, 'p-2'),
    stretch('2026-03-10', '10:00', 60, 'p-3', 'nurse-bo'),
  ]
  const of = (from: string, to: string, except = {}) =>
    overlapsOf(
      foldTime(facts),
      { clinician: 'nurse-ada', start: at('2026-03-10', from), end: at('2026-03-10', to), ...except },
      asOf,
    ).map(({ patient }) => patient)

  test('is a stretch of the same clinician that shares a moment', () => {
    assert.deepEqual(of('10:05', '10:25'), ['p-1', 'p-2'])
    assert.deepEqual(of('10:10', '10:20'), [])
    assert.deepEqual(of('10:10', '10:20:01'), ['p-2'])
    assert.deepEqual(of('10:09:59', '10:20'), ['p-1'])
  })

  test('is not the stretch itself in its earlier form', () => {
    const startedAt = at('2026-03-10', '10:00')
    const own = { exceptIdHash: hash32(`s-${startedAt}-rpm`), exceptStartedAt: startedAt }
    assert.deepEqual(of('10:05', '10:25', own), ['p-2'])
    assert.deepEqual(of('10:05', '10:25', { ...own, exceptStartedAt: startedAt + 1 }), ['p-1', 'p-2'])
  })

  test('is shown with what it is; voided time overlaps nothing', () => {
    const startedAt = at('2026-03-11', '10:00')
    const one = timer({ startedAt, patient: 'p-9' })
    const worked = [one.started(), one.stopped(startedAt + HOUR)]
    const candidate = { clinician: 'nurse-ada', start: startedAt, end: startedAt + 1 }
    assert.deepEqual(overlapsOf(foldTime(worked), candidate, asOf), [
      {
        patient: 'p-9',
        idHash: hash32('s-1'),
        startedAt,
        start: startedAt,
        end: startedAt + HOUR,
        program: 'RPM',
        category: 'data-review',
      },
    ])
    assert.deepEqual(overlapsOf(foldTime([...worked, one.voided(startedAt + 2 * HOUR)]), candidate, asOf), [])
    assert.equal(
      overlapsOf(foldTime([...worked, one.voided(startedAt + 2 * HOUR)]), candidate, startedAt + HOUR).length,
      1,
    )
  })
})
