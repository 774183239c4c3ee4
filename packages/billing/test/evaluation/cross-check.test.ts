import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { MinutesFact } from '@cufflink/contracts'
import { at, called, daily, datesFrom, foldReadings, foldTime, worked } from '@cufflink/folds/invented/facts'
import { type Enrolment, evaluateMonth, explainMonth, type Line, medicare } from '../../src/index.ts'
import { enrolment, evaluated, line } from '../patients.ts'

const spiro = { device: 'spiro-1', model: 'spirometer', assigned: [{ from: 0 }] }
const both = enrolment({ devices: [...enrolment().devices, spiro] })
type Readings = ReturnType<typeof daily>
const month = (name: string, readings: Readings, time: readonly MinutesFact[], file: Enrolment = both) =>
  evaluateMonth(
    {
      ruleSets: medicare,
      enrolment: file,
      asOf: at('2027-06-01'),
      days: foldReadings(readings),
      minutes: foldTime(time),
      clinicians: [],
    },
    name,
  )
const shown = (lines: readonly Line[]): readonly string[] =>
  lines.filter(({ units }) => units > 0).map(({ code, status }) => `${code} ${status}`)

// two periods: 2026-03-10 to 04-08 and 04-09 to 05-08
const first = datesFrom('2026-03-10', 16)
const secondPeriod = datesFrom('2026-04-10', 16)

describe('RPM and RTM in one month', () => {
  test('block each other in any period of the month', () => {
    const readings = [...daily(first), ...daily(secondPeriod, 'spiro-1')]
    const [one, two] = month('2026-04', readings, [])
    assert.ok(one && two)
    assert.deepEqual(shown(one.lines.filter(({ clock }) => clock === 'period')), ['99454 blocked'])
    assert.deepEqual(shown(two.lines.filter(({ clock }) => clock === 'period')), ['98976 blocked'])
    assert.deepEqual(line(one, '99454').blocks, ['RPM_AND_RTM'])
  })

  test('block a device line by each month that its period touches', () => {
    const time = [worked('2026-04-20', 1200, { program: 'RTM' }), called('2026-04-20')]
    const evaluation = evaluated({ readings: daily(first), time, on: '2026-03-15', enrolment: both })
    assert.deepEqual(line(evaluation, '99454').blocks, ['RPM_AND_RTM'])
    const may = [worked('2026-05-20', 1200, { program: 'RTM' }), called('2026-05-20')]
    assert.deepEqual(
      line(evaluated({ readings: daily(first), time: may, on: '2026-03-15', enrolment: both }), '99454')
        .blocks,
      [],
    )
  })

  test('block the time of a month by both of its periods, and it is said once', () => {
    const time = [worked('2026-04-20', 700), called('2026-04-20')]
    const readings = [...daily(datesFrom('2026-03-10', 2)), ...daily(datesFrom('2026-03-12', 16), 'spiro-1')]
    const evaluations = month('2026-04', readings, time)
    assert.equal(evaluations.length, 2)
    for (const evaluation of evaluations) assert.deepEqual(line(evaluation, '99470').blocks, ['RPM_AND_RTM'])
    assert.equal(explainMonth(evaluations).split('99470  ').length - 1, 1)
  })

  test('block each other where one of them is only worked for', () => {
    const rtmOnly = enrolment({ devices: [spiro] })
    const blocksBeside = (program: 'RPM' | 'RTM', file: Enrolment, device: string, code: string) => {
      const time = [worked('2026-03-12', 1200, { program }), called('2026-03-12')]
      return line(
        evaluated({ readings: daily(first, device), time, on: '2026-03-15', enrolment: file }),
        code,
      ).blocks
    }
    assert.deepEqual(blocksBeside('RTM', enrolment(), 'cuff-1', '99454'), ['RPM_AND_RTM'])
    assert.deepEqual(blocksBeside('RPM', rtmOnly, 'spiro-1', '98976'), ['RPM_AND_RTM'])
    assert.deepEqual(blocksBeside('RTM', rtmOnly, 'spiro-1', '98976'), [])
  })

  test('do not block each other where the patient was never monitored, worked or billed for one of them', () => {
    // by these rules 99091 asks for no time at all
    const ruleSets = medicare.map((ruleSet) => ({
      ...ruleSet,
      settings: { ...ruleSet.settings, allow99091: true, physicianS: 0 },
    }))
    const readings = daily(first, 'spiro-1')
    const blocksOf = (devices: Enrolment['devices']) =>
      line(evaluated({ readings, on: '2026-03-15', ruleSets, enrolment: enrolment({ devices }) }), '98976')
        .blocks
    assert.deepEqual(blocksOf([spiro]), [])
    assert.deepEqual(blocksOf(both.devices), ['RPM_AND_RTM'])
  })

  test('do not block each other where one of them was chosen, or where one is not met', () => {
    const readings = [...daily(first), ...daily(secondPeriod, 'spiro-1')]
    const [one, two] = month('2026-04', readings, [], { ...both, chosenProgram: 'RPM' })
    assert.ok(one && two)
    assert.deepEqual(line(one, '99454').blocks, [])
    assert.deepEqual(line(two, '98976').blocks, ['OTHER_PROGRAM_CHOSEN'])
    const little = [...daily(first), ...daily(['2026-04-10'], 'spiro-1')]
    assert.ok(
      month('2026-04', little, []).every(({ lines }) => lines.every(({ blocks }) => blocks.length === 0)),
    )
  })

  test('block what stands beside something of the other that was billed', () => {
    const lock = (code: string, from: string, to: string) => ({
      code,
      from,
      to,
      units: 1,
      amountCents: 1,
      ruleSet: 'm',
    })
    const held = (locked: ReturnType<typeof lock>) =>
      line(
        evaluated({ readings: daily(first), on: '2026-03-15', enrolment: { ...both, locked: [locked] } }),
        '99454',
      ).blocks
    assert.deepEqual(held(lock('98980', '2026-04-01', '2026-04-30')), ['RPM_AND_RTM'])
    assert.deepEqual(held(lock('98980', '2026-05-01', '2026-05-31')), [])
    assert.deepEqual(held(lock('98975', '2026-02-01', '2026-03-01')), ['RPM_AND_RTM'])
    assert.deepEqual(held(lock('98975', '2026-03-01', '2026-05-01')), [])
  })
})

describe('device supply and management', () => {
  test('go together over every month of a period, and every period of a month', () => {
    const time = [worked('2026-04-02', 1200), called('2026-04-02')]
    const inMarch = evaluated({ readings: daily(first), time, on: '2026-03-15' })
    assert.deepEqual(line(inMarch, '99454').warnings, [])
    const inMay = evaluated({ readings: daily(first), time, on: '2026-04-20' })
    assert.deepEqual(line(inMay, '99457').warnings, [])
    const others = evaluated({ readings: daily(datesFrom('2026-03-10', 3)), on: '2026-03-15' })
    assert.deepEqual(
      others.lines.map(({ code, warnings }) => [code, warnings.includes('DEVICE_WITHOUT_MANAGEMENT')]),
      [
        ['99453', false],
        ['99445', true],
        ['99454', false],
        ['99470', false],
        ['99457', false],
      ],
    )
    const alone = (total: number) =>
      evaluated({ time: [worked('2026-03-12', total), called('2026-03-12')], on: '2026-03-15' }).lines.map(
        ({ code, warnings }) => [code, warnings.includes('MANAGEMENT_WITHOUT_DEVICE')],
      )
    assert.deepEqual(alone(700), [
      ['99470', true],
      ['99457', false],
    ])
    assert.deepEqual(alone(2400), [
      ['99457', true],
      ['99458', false],
    ])
    const later = [worked('2026-05-02', 1200), called('2026-05-02')]
    assert.deepEqual(
      line(evaluated({ readings: daily(first), time: later, on: '2026-03-15' }), '99454').warnings,
      ['DEVICE_WITHOUT_MANAGEMENT'],
    )
    assert.deepEqual(
      line(evaluated({ readings: daily(first), time: later, on: '2026-05-20' }), '99457').warnings,
      ['MANAGEMENT_WITHOUT_DEVICE'],
    )
  })
})
