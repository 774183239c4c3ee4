import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { MinutesFact } from '@cufflink/contracts'
import { at, called, daily, datesFrom, worked } from '@cufflink/folds/invented/facts'
import { type Enrolment } from '../../../src/index.ts'
import { enrolment, evaluated, line } from '../../patients.ts'

const on = '2026-03-20'
// the period is 2026-03-10 to 04-08
const readings = daily(datesFrom('2026-03-10', 2))
const doctor = (total: number, date = on) => worked(date, total, { clinician: 'dr-lee' })
const of = (time: readonly MinutesFact[], file: Partial<Enrolment> = {}, settings = {}) =>
  evaluated({ readings, time, on, enrolment: enrolment({ ...file, settings }) })
const allowed = { allow99091: true }
const reasoned = { override99091: 'separate work, see note' }

describe('99091', () => {
  test('is the qualified professional’s own 1800 s in the period', () => {
    assert.equal(line(of([doctor(1800)], {}, allowed), '99091').status, 'final')
    assert.deepEqual(line(of([doctor(1799), worked('2026-03-22', 600)], {}, allowed), '99091').missing, {
      seconds: 1,
    })
    const edges = [doctor(900, '2026-03-10'), doctor(900, '2026-04-08')]
    assert.equal(line(of(edges, {}, allowed), '99091').have.seconds, 1800)
    const outside = [doctor(900, '2026-03-09'), doctor(900, '2026-04-09')]
    assert.equal(line(of(outside, {}, allowed), '99091').have.seconds, 0)
  })

  test('is blocked while the practice has not switched it on', () => {
    assert.deepEqual(line(of([doctor(1800)]), '99091').blocks, ['PHYSICIAN_CODE_OFF'])
    assert.deepEqual(line(of([doctor(1800)], reasoned), '99091').blocks, [])
  })

  test('is blocked beside treatment management in any month of the period', () => {
    const time = [doctor(1800), worked('2026-04-20', 1200), called('2026-04-20')]
    assert.deepEqual(line(of(time, {}, allowed), '99091').blocks, ['TIME_CODES_TOO'])
    assert.deepEqual(line(of([doctor(1800), called(on)], {}, allowed), '99091').blocks, ['TIME_CODES_TOO'])
    const may = [doctor(1800), worked('2026-05-20', 1200), called('2026-05-20')]
    assert.deepEqual(line(of(may, {}, allowed), '99091').blocks, [])
    const rtm = [doctor(1800), worked('2026-04-20', 1200, { program: 'RTM' }), called('2026-04-20')]
    assert.ok(!line(of(rtm, {}, allowed), '99091').blocks.includes('TIME_CODES_TOO'))
  })

  test('with a written reason stands beside it, and is flagged where the same seconds are paid twice', () => {
    const same = line(of([doctor(1800), called(on)], reasoned), '99091')
    assert.deepEqual([same.blocks, same.warnings.includes('TIME_PAID_TWICE')], [[], true])
    const apart = line(
      of([doctor(1800), worked('2026-04-20', 1200), called('2026-04-20')], reasoned),
      '99091',
    )
    assert.deepEqual([apart.blocks, apart.warnings.includes('TIME_PAID_TWICE')], [[], false])
  })

  test('is not shown where no one asks for it', () => {
    assert.ok(!of([doctor(1799)]).lines.some(({ code }) => code === '99091'))
    assert.ok(!of([worked(on, 1800)]).lines.some(({ code }) => code === '99091'))
  })

  test('is blocked in a later episode whose period shares dates with one in which it stands', () => {
    const episodes = [
      { episode: 'e-1', from: 0, to: at('2026-03-22', '00:00') },
      { episode: 'e-2', from: at('2026-03-23', '00:00') },
    ]
    const both = daily(['2026-03-10', '2026-03-11', '2026-03-24', '2026-03-25'])
    const held = evaluated({
      readings: both,
      time: [doctor(1800, '2026-03-25')],
      on: '2026-03-26',
      enrolment: enrolment({ episodes, settings: allowed }),
    })
    assert.equal(held.period?.start, '2026-03-24')
    assert.deepEqual(line(held, '99091').blocks, ['PERIODS_OVERLAP'])
  })
})
