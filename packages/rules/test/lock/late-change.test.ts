import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type LockedLine, lateChange, medicare } from '../../src/index.ts'
import { at, called, daily, datesFrom, enrolment, evaluated, line, worked } from '../patients.ts'

const on = '2026-03-10'
const codes = medicare.find(({ id }) => id === 'medicare-2026')?.codes ?? []
const locked = (code: string, units = 1, amountCents = 5211): LockedLine => ({
  code,
  from: '2026-03-01',
  to: '2026-03-30',
  units,
  amountCents,
  ruleSet: 'medicare-2026',
})
const now = (count: number) => evaluated({ readings: daily(datesFrom('2026-03-01', count)), on })

describe('a locked line', () => {
  test('that still stands gives nothing', () => {
    assert.equal(lateChange(locked('99454'), now(16), codes), undefined)
  })

  test('that would be another code, or none, gives a LATE_CHANGE for a person', () => {
    const { newCode, differenceCents } = lateChange(locked('99454'), now(15), codes) ?? {}
    assert.deepEqual([newCode, differenceCents], ['99445', 0])
    assert.equal(lateChange(locked('99445'), now(16), codes)?.newCode, '99454')
    const none = lateChange(locked('99454'), now(1), codes)
    assert.deepEqual([none?.newCode, none?.newUnits, none?.differenceCents], [undefined, 0, -5211])
  })

  test('that is blocked now gives one too', () => {
    const blocked = evaluated({
      readings: daily(datesFrom('2026-03-01', 16)),
      on,
      enrolment: enrolment({ established: false }),
    })
    assert.equal(lateChange(locked('99454'), blocked, codes)?.newUnits, 0)
  })

  test('with other units gives the difference in units and cents', () => {
    const month = { ...locked('99458', 2, 8284), to: '2026-03-31' }
    const evaluation = evaluated({ time: [worked(on, 2400), called(on)], on })
    const change = lateChange(month, evaluation, codes)
    assert.deepEqual([change?.newCode, change?.newUnits, change?.differenceCents], ['99458', 1, -4142])
  })

  test('with units that a person let through counts those that are held now', () => {
    const month = (units: number) => ({ ...locked('99458', units, units * 4142), to: '2026-03-31' })
    const with85 = (minutes: number) => evaluated({ time: [worked(on, minutes * 60), called(on)], on })
    assert.equal(lateChange(month(3), with85(85), codes), undefined)
    assert.equal(lateChange(month(2), with85(85), codes), undefined)
    const { newUnits, differenceCents } = lateChange(month(4), with85(85), codes) ?? {}
    assert.deepEqual([newUnits, differenceCents], [3, -4142])
    const fewer = lateChange(month(3), with85(60), codes)
    assert.deepEqual([fewer?.newUnits, fewer?.differenceCents], [2, -4142])
    const none = evaluated({
      time: [worked(on, 85 * 60), called(on)],
      on,
      enrolment: enrolment({ settings: { stepCap: 0 } }),
    })
    assert.equal(lateChange(month(3), none, codes), undefined)
    assert.equal(lateChange(month(4), none, codes)?.newUnits, 3)
  })

  test('keeps its price where no rate is on file', () => {
    const month = { ...locked('99458', 2, 8000), to: '2026-03-31' }
    const evaluation = evaluated({ time: [worked(on, 2400), called(on)], on, rates: [] })
    assert.equal(lateChange(month, evaluation, codes)?.differenceCents, -4000)
    const low = evaluated({ readings: daily(datesFrom('2026-03-01', 3)), on, rates: [] })
    assert.equal(lateChange(locked('99454'), low, codes)?.differenceCents, -5211)
    const ofNoUnits = lateChange({ ...month, units: 0, amountCents: 0 }, evaluation, codes)
    assert.deepEqual([ofNoUnits?.newUnits, ofNoUnits?.differenceCents], [1, 0])
  })

  test('of another window is not taken for it', () => {
    assert.equal(lateChange({ ...locked('99454'), to: '2026-03-31' }, now(16), codes)?.newCode, undefined)
    assert.equal(lateChange({ ...locked('99454'), from: '2026-02-28' }, now(16), codes)?.newCode, undefined)
  })

  test('of an episode is found by where it began: the date that completes its days may move', () => {
    const setUp = line(now(16), '99453')
    const { code, from, units, amountCents = 0 } = setUp
    const held = { code, from, to: '2026-03-09', units, amountCents, ruleSet: 'medicare-2026' }
    assert.equal(lateChange(held, now(16), codes), undefined)
    const file = enrolment({ locked: [held] })
    const again = evaluated({ readings: daily(datesFrom('2026-03-01', 16)), on, enrolment: file })
    assert.deepEqual(line(again, '99453').locked, held)
  })

  test('of an episode still stands where the date of the set-up was corrected', () => {
    const held = { ...locked('99453', 1, 2171), to: '2026-03-02' }
    const episodes = [{ episode: 'e-1', from: at('2026-03-01', '00:00'), setUpAt: at('2026-03-03') }]
    const file = enrolment({ episodes, locked: [held] })
    const again = evaluated({ readings: daily(datesFrom('2026-03-01', 16)), on, enrolment: file })
    assert.equal(line(again, '99453').from, '2026-03-03')
    assert.equal(lateChange(held, again, codes), undefined)
  })
})
