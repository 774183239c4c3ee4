import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { at, called, daily, datesFrom, entered, MINUTE, worked } from '@cufflink/folds/invented/facts'
import type { LockedLine } from '../../../src/index.ts'
import { changeOf, deviceCode, enrolment, evaluated, line, timeCodes } from '../../patients.ts'

const first = '2026-03-01'
const on = '2026-03-10'

const clock = (minutes: number, seconds = 0): number => minutes * 60 + seconds

describe('time vectors', () => {
  for (const [text, seconds, call, codes] of [
    ['9:59 with a call', clock(9, 59), true, ''],
    ['10:00 with a call', clock(10), true, '99470'],
    ['19:59 with a call', clock(19, 59), true, '99470'],
    ['20:00 with a call', clock(20), true, '99457'],
    ['39:59 with a call', clock(39, 59), true, '99457'],
    ['40:00 with a call', clock(40), true, '99457 99458'],
    ['20:00 without a call', clock(20), false, ''],
  ] as const) {
    test(`8: ${text} supports ${codes || 'nothing'}`, () => {
      const time = [worked(on, seconds), ...(call ? [called(on)] : [])]
      assert.equal(timeCodes(evaluated({ time, on })), codes)
    })
  }

  test('8: 20:00 without a call says that a call is needed, and 10:00 too', () => {
    for (const [seconds, code] of [
      [clock(20), '99457'],
      [clock(10), '99470'],
    ] as const) {
      const held = line(evaluated({ time: [worked(on, seconds)], on }), code)
      assert.deepEqual(
        [held.status, held.missing, held.warnings.includes('CALL_NEEDED')],
        ['short', { conversation: true }, true],
      )
    }
  })

  test('9: three stretches of 6:40 are 1200 s and support 99457', () => {
    const time = [...datesFrom(on, 3).map((date) => worked(date, clock(6, 40))), called(on)]
    const evaluation = evaluated({ time, on })
    assert.equal(line(evaluation, '99457').have.seconds, 1200)
    assert.equal(timeCodes(evaluation), '99457')
  })

  test('10: a nurse 10:00–10:12 and a doctor 10:06–10:15 on one patient are 15 min, not 21', () => {
    const time = [
      entered({ from: at(on, '10:00'), until: at(on, '10:12') }),
      entered({ from: at(on, '10:06'), until: at(on, '10:15'), clinician: 'dr-lee' }),
      called(on),
    ]
    const held = line(evaluated({ time, on }), '99470')
    assert.equal(held.have.seconds, clock(15))
    assert.ok(held.evidence.kind === 'time')
    const credit = held.evidence.credited.map(({ clinician, start, end }) => [
      clinician,
      (end - start) / MINUTE,
    ])
    assert.deepEqual(credit, [
      ['nurse-ada', 6],
      ['dr-lee', 9],
    ])
  })

  test('11: one nurse with patient 1 10:00–10:10 and patient 2 10:05–10:15 gives 10 and 5 min, flagged', () => {
    const one = entered({ from: at(on, '10:00'), until: at(on, '10:10') })
    const two = entered({ from: at(on, '10:05'), until: at(on, '10:15'), patient: 'p-2' })
    const held = line(evaluated({ time: [one], elsewhere: [one, two], on }), '99457')
    assert.equal(held.have.seconds, clock(10))
    const other = line(
      evaluated({ time: [two], elsewhere: [one, two], on, enrolment: enrolment({ patient: 'p-2' }) }),
      '99457',
    )
    assert.equal(other.have.seconds, clock(5))
    assert.ok(other.warnings.includes('STAFF_OVERLAP'))
  })

  test('11, beside a longer stretch with the same patient: which patients the nurse was with at once is still said', () => {
    const from = (time: string, until: string, patient = 'p-1', program: 'RPM' | 'CCM' = 'RPM') =>
      entered({ from: at(on, time), until: at(on, until), patient, program })
    const time = [from('10:01', '10:40', 'p-1', 'CCM'), from('10:05', '10:50')]
    const elsewhere = [...time, from('10:00', '10:20', 'p-2')]
    const held = line(evaluated({ time: [...time, called(on)], elsewhere, on }), '99457')
    assert.equal(held.have.seconds, clock(10))
    assert.ok(held.warnings.includes('STAFF_OVERLAP'))
  })

  test('12: 25 min logged under both CCM and RPM at the same clock count for one program only', () => {
    const spell = { from: at(on, '10:00'), until: at(on, '10:25') }
    const rpm = entered(spell)
    const ccm = entered({ ...spell, program: 'CCM' })
    const second = (clinician: string) => entered({ ...spell, program: 'CCM', clinician })
    for (const [time, seconds] of [
      [[rpm, ccm], clock(25)],
      [[ccm, rpm], 0],
      [[rpm, second('dr-lee')], clock(25)],
      [[second('dr-lee'), rpm], 0],
    ] as const) {
      const inTurn = time.map((fact, index) => ({ ...fact, at: fact.at + index * 60_000 }))
      const held = line(evaluated({ time: [...inTurn, called(on)], on }), '99457')
      assert.equal(held.have.seconds, seconds)
      assert.ok(held.warnings.includes('OTHER_PROGRAM'))
    }
  })

  test('13: an E/M visit on the 14th posted after month end takes that date’s seconds: before lock the code changes, after lock it is a LATE_CHANGE', () => {
    const time = [worked('2026-03-13', clock(12)), worked('2026-03-14', clock(10)), called(on)]
    const before = evaluated({ time, on })
    assert.equal(timeCodes(before), '99457')
    const visits = [{ visitedAt: at('2026-03-14', '16:00'), practitioner: 'dr-lee' }]
    const after = evaluated({ time, on, enrolment: enrolment({ visits }) })
    assert.equal(timeCodes(after), '99470')
    assert.equal(line(after, '99470').have.seconds, clock(12))
    const locked = lock(before, '99457')
    assert.equal(changeOf(locked, { time, on }), undefined)
    assert.deepEqual(changeOf(locked, { time, on, enrolment: enrolment({ visits }) }), {
      patient: 'p-1',
      kind: 'LATE_CHANGE',
      from: '2026-03-01',
      to: '2026-03-31',
      oldCode: '99457',
      newCode: '99470',
      oldUnits: 1,
      newUnits: 1,
      differenceCents: 2605 - 5177,
    })
  })

  test('14: a session 23:50 Jan 31 – 00:10 Feb 1 gives 10 min to each month', () => {
    const time = [entered({ from: at('2026-01-31', '23:50'), until: at('2026-02-01', '00:10') })]
    for (const date of ['2026-01-31', '2026-02-01']) {
      assert.equal(line(evaluated({ time, on: date }), '99457').have.seconds, clock(10))
    }
  })

  test('15: RPM and RTM in one month are both blocked until someone chooses', () => {
    const devices = [
      ...enrolment().devices,
      { device: 'spiro-1', model: 'spirometer', assigned: [{ from: 0 }] },
    ]
    const readings = [...daily(datesFrom(first, 16)), ...daily(datesFrom(first, 16), 'spiro-1')]
    const both = evaluated({ readings, on, enrolment: enrolment({ devices }) })
    assert.equal(deviceCode(both), '')
    for (const code of ['99454', '98976']) {
      assert.equal(line(both, code).status, 'blocked')
      assert.deepEqual(line(both, code).blocks, ['RPM_AND_RTM'])
    }
    const chosen = evaluated({ readings, on, enrolment: enrolment({ devices, chosenProgram: 'RPM' }) })
    assert.equal(deviceCode(chosen), '99454')
    assert.deepEqual(line(chosen, '98976').blocks, ['OTHER_PROGRAM_CHOSEN'])
  })

  test('16: another practice that billed 99454 in the period blocks the device code', () => {
    const billedElsewhere = [{ code: '99454', from: '2026-02-10', to: '2026-03-01', practice: 'lakeside' }]
    const evaluation = evaluated({
      readings: daily(datesFrom(first, 16)),
      on,
      enrolment: enrolment({ billedElsewhere }),
    })
    assert.equal(line(evaluation, '99454').status, 'blocked')
    assert.deepEqual(line(evaluation, '99454').blocks, ['BILLED_ELSEWHERE'])
    const earlier = [{ code: '99454', from: '2026-02-10', to: '2026-02-28', practice: 'lakeside' }]
    const free = evaluated({
      readings: daily(datesFrom(first, 16)),
      on,
      enrolment: enrolment({ billedElsewhere: earlier }),
    })
    assert.equal(deviceCode(free), '99454')
  })

  test('17: 85 min support 99457 and 3×99458, flagged; 105 min the same, and one unit is held', () => {
    const of = (minutes: number) => {
      const evaluation = evaluated({ time: [worked(on, clock(minutes)), called(on)], on })
      const held = evaluation.lines.filter(({ status }) => status === 'held')
      const flagged = line(evaluation, '99458').warnings.includes('MANY_STEPS')
      return [timeCodes(evaluation), flagged, ...held.map(({ code, units }) => `${code}x${units}`)]
    }
    assert.deepEqual(of(60), ['99457 99458x2', false])
    assert.deepEqual(of(85), ['99457 99458x3', true])
    assert.deepEqual(of(105), ['99457 99458x3', true, '99458x1'])
  })

  test('18: a device swap makes no new 99453', () => {
    const devices = [
      { device: 'cuff-1', model: 'cuff', assigned: [{ from: 0, to: at('2026-04-10', '00:00') }] },
      { device: 'cuff-2', model: 'cuff', assigned: [{ from: at('2026-04-10', '00:00') }] },
    ]
    const readings = [...daily(datesFrom(first, 20)), ...daily(datesFrom('2026-04-10', 20), 'cuff-2')]
    const begun = at(first, '00:00')
    const episodes = [{ episode: 'e-1', from: begun, setUpAt: begun }]
    const of = (date: string) =>
      evaluated({ readings, on: date, enrolment: enrolment({ devices, episodes }) })
    const setUps = ['2026-03-10', '2026-04-20', '2026-05-10'].map((date) =>
      of(date).lines.filter(({ code }) => code === '99453'),
    )
    assert.deepEqual(
      setUps.map((lines) => lines.map(({ from, units }) => [from, units])),
      Array.from({ length: 3 }, () => [[first, 1]]),
    )
    const locked = lock(of('2026-03-10'), '99453')
    const later = evaluated({
      readings,
      on: '2026-04-20',
      enrolment: enrolment({ devices, episodes, locked: [locked] }),
    })
    assert.deepEqual(line(later, '99453').locked, locked)
    assert.equal(changeOf(locked, { readings, enrolment: enrolment({ devices, episodes }) }), undefined)
  })
})

function lock(evaluation: ReturnType<typeof evaluated>, code: string): LockedLine {
  const { from, to, units, amountCents = 0, rule } = line(evaluation, code)
  return { code, from, to, units, amountCents, ruleSet: rule.ruleSet }
}
