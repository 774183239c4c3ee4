import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { called, daily, datesFrom, worked } from '@cufflink/folds/invented/facts'
import {
  type AuditedPatient,
  type AuditInput,
  auditedPatient,
  type Line,
  type LockedLine,
  type Measure,
  plausibilityList,
  selfAudit,
} from '../../src/index.ts'
import { evaluated } from '../patients.ts'

const on = '2026-03-10'
const readings = daily(datesFrom('2026-03-01', 16))
const withBoth = evaluated({ readings, time: [worked(on, 1200), called(on)], on }).lines
const deviceOnly = evaluated({ readings, on }).lines

const patient = (index: number, changes: Partial<AuditInput> = {}): AuditedPatient =>
  auditedPatient({
    patient: `p-${index}`,
    enrolledOn: datesFrom('2026-01-05', 60)[index % 60] ?? on,
    established: true,
    devicesDuring: () => 1,
    lines: withBoth,
    ...changes,
  })
const many = (changes: (index: number) => Partial<AuditInput>): readonly AuditedPatient[] =>
  Array.from({ length: 20 }, (_, index) => patient(index, changes(index)))
const of = (patients: readonly AuditedPatient[], name: Measure['measure']): Measure => {
  const found = selfAudit(patients).find(({ measure }) => measure === name)
  assert.ok(found)
  return found
}

describe('the inspector’s measures', () => {
  test('find nothing in a practice in order', () => {
    assert.deepEqual(
      selfAudit(many(() => ({}))).map(({ measure, conspicuous }) => [measure, conspicuous]),
      [
        ['ENROLMENT_SPIKE', false],
        ['NO_PRIOR_RELATIONSHIP', false],
        ['SEVERAL_DEVICE_LINES', false],
        ['DEVICE_WITHOUT_MANAGEMENT', false],
      ],
    )
    assert.ok(selfAudit([]).every(({ conspicuous, value }) => !conspicuous && value === 0))
  })

  test('find a spike of enrolments: a week with more than three times the usual', () => {
    // weeks begin on Monday: 2026-01-05 is one
    const weekly = (sizes: readonly number[]) =>
      sizes.flatMap((size, week) =>
        Array.from({ length: size }, (_, index) =>
          patient(week * 100 + index, {
            enrolledOn: datesFrom('2026-01-05', 70)[week * 7 + (index % 7)] ?? on,
          }),
        ),
      )
    const spike = of(weekly([2, 2, 7, 2, 2]), 'ENROLMENT_SPIKE')
    assert.deepEqual([spike.value, spike.conspicuous, spike.patients.length], [3.5, true, 7])
    const first = of(weekly([7, 2, 2, 7]), 'ENROLMENT_SPIKE').patients
    assert.deepEqual([first.length, first[0]], [7, 'p-0'])
    assert.ok(!of(weekly([2, 2, 6, 2, 2]), 'ENROLMENT_SPIKE').conspicuous)
  })

  test('find patients without a prior relationship: more than one in twenty', () => {
    assert.ok(
      !of(
        many((index) => ({ established: index > 0 })),
        'NO_PRIOR_RELATIONSHIP',
      ).conspicuous,
    )
    assert.deepEqual(
      of(
        many((index) => ({ established: index > 1 })),
        'NO_PRIOR_RELATIONSHIP',
      ).patients,
      ['p-0', 'p-1'],
    )
  })

  test('find more than one device billed in one period', () => {
    const twice = of(
      many((index) => (index === 3 ? { lines: [...withBoth, ...deviceOnly] } : {})),
      'SEVERAL_DEVICE_LINES',
    )
    assert.deepEqual([twice.conspicuous, twice.patients], [true, ['p-3']])
  })

  test('find more than one device behind a billed line: more than one in five', () => {
    const held = (count: number) =>
      of(
        many((index) => (index < count ? { devicesDuring: () => 2 } : {})),
        'SEVERAL_DEVICE_LINES',
      )
    assert.deepEqual([held(4).conspicuous, held(4).patients.length], [false, 4])
    assert.ok(held(5).conspicuous)
    const unbilled = of(
      many(() => ({ devicesDuring: () => 2, lines: [] })),
      'SEVERAL_DEVICE_LINES',
    )
    assert.deepEqual([unbilled.value, unbilled.patients], [0, []])
  })

  test('take for billed what stands or was billed, not what is blocked, held or short', () => {
    const devices = deviceOnly.filter(({ role }) => role.startsWith('device'))
    const statusOf = (status: Line['status'], locked?: LockedLine) =>
      of(
        [patient(1, { lines: devices.map((line) => ({ ...line, status, ...(locked && { locked }) })) })],
        'DEVICE_WITHOUT_MANAGEMENT',
      ).patients.length
    assert.deepEqual(
      (['supported', 'final', 'blocked', 'held', 'short'] as const).map((status) => statusOf(status)),
      [1, 1, 0, 0, 0],
    )
    const lock = { code: '99454', from: on, to: on, units: 1, amountCents: 1, ruleSet: 'm' }
    assert.equal(statusOf('blocked', lock), 1)
  })

  test('find device supply without management: more than one in five', () => {
    assert.ok(
      !of(
        many((index) => (index < 4 ? { lines: deviceOnly } : {})),
        'DEVICE_WITHOUT_MANAGEMENT',
      ).conspicuous,
    )
    assert.ok(
      of(
        many((index) => (index < 5 ? { lines: deviceOnly } : {})),
        'DEVICE_WITHOUT_MANAGEMENT',
      ).conspicuous,
    )
  })

  test('find a period managed in either of its months', () => {
    // From 12 February to 13 March; the 20 minutes are of February.
    const { lines: over } = evaluated({
      readings: daily(datesFrom('2026-02-12', 18)),
      time: [worked('2026-02-20', 1200), called('2026-02-20')],
      on,
    })
    const device = over.filter(({ code }) => code === '99454')
    assert.deepEqual(
      device.map(({ to }) => to),
      ['2026-03-13'],
    )
    assert.deepEqual(of([patient(1, { lines: device })], 'DEVICE_WITHOUT_MANAGEMENT').patients, [])
  })

  test('look for devices only where a device is billed, and for two of them only in dates that overlap', () => {
    const { lines } = evaluated({ time: [worked(on, 1200), called(on)], on })
    const none = of(
      many(() => ({ lines })),
      'DEVICE_WITHOUT_MANAGEMENT',
    )
    assert.deepEqual([none.value, none.patients], [0, []])
    const half = of([patient(1, { lines: deviceOnly }), patient(2, { lines })], 'DEVICE_WITHOUT_MANAGEMENT')
    assert.equal(half.value, 1)
    const moved = (from: string, to: string) => [
      ...withBoth,
      ...deviceOnly.map((line) => ({ ...line, from, to })),
    ]
    for (const [from, to, found] of [
      ['2026-03-30', '2026-04-28', 1],
      ['2026-03-31', '2026-04-29', 0],
      ['2026-01-30', '2026-03-01', 1],
      ['2026-01-30', '2026-02-28', 0],
    ] as const) {
      assert.equal(
        of([patient(1, { lines: moved(from, to) })], 'SEVERAL_DEVICE_LINES').patients.length,
        found,
      )
    }
  })

  test('need two weeks for a spike', () => {
    const week = (on: string, count: number) =>
      Array.from({ length: count }, (_, index) => patient(index, { enrolledOn: on }))
    assert.equal(of(week('2026-01-05', 9), 'ENROLMENT_SPIKE').value, 0)
    assert.equal(of([...week('2026-01-11', 1), ...week('2026-01-12', 9)], 'ENROLMENT_SPIKE').value, 9)
    assert.deepEqual(of([...week('2026-01-05', 3), ...week('2026-01-12', 1)], 'ENROLMENT_SPIKE').patients, [])
  })
})

test('the plausibility list names who carries which flag', () => {
  const long = evaluated({ time: [worked(on, 3700)], on }).lines
  assert.deepEqual(plausibilityList(many((index) => (index === 2 ? { lines: long } : {}))), [
    {
      warning: 'LONG_SESSION',
      text: 'A stretch of time is over 1 h: please check it.',
      patients: ['p-2'],
    },
  ])
})
