import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { at, called, daily, datesFrom, worked } from '@cufflink/folds/invented/facts'
import { type LockedLine, medicare } from '../../src/index.ts'
import { type Case, changeOf, enrolment, evaluated, line } from '../patients.ts'

const on = '2026-03-10'
const locked = (code: string, units = 1, amountCents = 5211): LockedLine => ({
  code,
  from: '2026-03-01',
  to: '2026-03-30',
  units,
  amountCents,
  ruleSet: 'medicare-2026',
})
const measured = (count: number): Case => ({ readings: daily(datesFrom('2026-03-01', count)) })
const worked40: Case = { time: [worked(on, 2400), called(on)] }

describe('a locked line', () => {
  test('that still stands gives nothing', () => {
    assert.equal(changeOf(locked('99454'), measured(16)), undefined)
  })

  test('that would be another code, or none, gives a LATE_CHANGE for a person', () => {
    const { newCode, differenceCents } = changeOf(locked('99454'), measured(15)) ?? {}
    assert.deepEqual([newCode, differenceCents], ['99445', 0])
    assert.equal(changeOf(locked('99445'), measured(16))?.newCode, '99454')
    const none = changeOf(locked('99454'), measured(1))
    assert.deepEqual([none?.newCode, none?.newUnits, none?.differenceCents], [undefined, 0, -5211])
    assert.equal(changeOf(locked('99454'), {})?.newUnits, 0)
  })

  test('that is blocked now gives one too', () => {
    const blocked = { ...measured(16), enrolment: enrolment({ established: false }) }
    assert.equal(changeOf(locked('99454'), blocked)?.newUnits, 0)
  })

  test('with other units gives the difference in units and cents', () => {
    const change = changeOf({ ...locked('99458', 2, 8284), to: '2026-03-31' }, worked40)
    assert.deepEqual([change?.newCode, change?.newUnits, change?.differenceCents], ['99458', 1, -4142])
  })

  test('with units that a person let through counts those that are held now', () => {
    const month = (units: number) => ({ ...locked('99458', units, units * 4142), to: '2026-03-31' })
    const of = (minutes: number): Case => ({ time: [worked(on, minutes * 60), called(on)] })
    assert.equal(changeOf(month(4), of(105)), undefined)
    assert.equal(changeOf(month(3), of(105)), undefined)
    const { newUnits, differenceCents } = changeOf(month(5), of(105)) ?? {}
    assert.deepEqual([newUnits, differenceCents], [4, -4142])
    const fewer = changeOf(month(4), of(80))
    assert.deepEqual([fewer?.newUnits, fewer?.differenceCents], [3, -4142])
    const none = { ...of(85), enrolment: enrolment({ settings: { stepCap: 0 } }) }
    assert.equal(changeOf(month(3), none), undefined)
    assert.equal(changeOf(month(4), none)?.newUnits, 3)
  })

  test('keeps its price where no rate is on file', () => {
    const unpriced = { ruleSets: medicare.map((ruleSet) => ({ ...ruleSet, rates: [] })) }
    const month = { ...locked('99458', 2, 8000), to: '2026-03-31' }
    assert.equal(changeOf(month, { ...worked40, ...unpriced })?.differenceCents, -4000)
    assert.equal(changeOf(locked('99454'), { ...measured(3), ...unpriced })?.differenceCents, -5211)
    const ofNoUnits = changeOf({ ...month, units: 0, amountCents: 0 }, { ...worked40, ...unpriced })
    assert.deepEqual([ofNoUnits?.newUnits, ofNoUnits?.differenceCents], [1, 0])
  })

  test('is compared in its own window, though a later episode has periods on its last date', () => {
    const begun = at('2026-03-01', '00:00')
    const ended = { episode: 'e-1', from: begun, setUpAt: begun, to: at('2026-03-10', '18:00') }
    const again = at('2026-03-12', '08:00')
    const file = enrolment({
      episodes: [ended, { episode: 'e-2', from: again, setUpAt: again }],
      visits: [{ visitedAt: at('2026-04-20'), practitioner: 'dr-lee' }],
    })
    const readings = [...daily(datesFrom('2026-03-01', 5)), ...daily(datesFrom('2026-03-12', 20))]
    assert.equal(changeOf(locked('99445'), { readings, enrolment: file }), undefined)
    const fewer = [...daily(['2026-03-01']), ...daily(datesFrom('2026-03-12', 20))]
    assert.deepEqual(changeOf(locked('99445'), { readings: fewer, enrolment: file })?.newUnits, 0)
  })

  test('of a window that the grid of today does not have is looked for there, and nowhere beside it', () => {
    const cut = { ...locked('99454'), to: '2026-03-31' }
    assert.equal(changeOf(cut, measured(16)), undefined)
    assert.equal(changeOf({ ...locked('99454'), from: '2026-02-28' }, measured(1))?.newCode, undefined)
    const nothing = { ...locked('99454'), from: '2026-03-40' }
    assert.equal(changeOf(nothing, measured(16))?.newUnits, 0)
  })

  test('of a set-up is compared with its episode, wherever its date of service is now', () => {
    const setUp = { ...locked('99453', 1, 2171), to: '2026-03-09' }
    assert.equal(changeOf(setUp, measured(16)), undefined)
    const file = enrolment({ locked: [setUp] })
    assert.deepEqual(line(evaluated({ ...measured(16), on, enrolment: file }), '99453').locked, setUp)
    const episodes = [{ episode: 'e-1', from: at('2026-03-01', '00:00'), setUpAt: at('2026-03-03') }]
    const corrected = { ...measured(16), enrolment: enrolment({ episodes }) }
    assert.equal(changeOf({ ...setUp, to: '2026-03-02' }, corrected), undefined)
  })

  test('of a set-up whose date lies outside the grid of today still stands while its days are there', () => {
    const begun = at('2026-02-10', '00:00')
    const episodes = [{ episode: 'e-1', from: begun, setUpAt: begun }]
    const early = { ...locked('99453', 1, 2171), from: '2026-02-10', to: '2026-02-11' }
    const of = (count: number) => ({ ...measured(count), enrolment: enrolment({ episodes }) })
    assert.equal(changeOf(early, of(16)), undefined)
    assert.equal(changeOf(early, of(1))?.newUnits, 0)
  })

  test('of a set-up is one for each episode: a second one of the same is not owed', () => {
    const first = { ...locked('99453', 1, 2171), to: '2026-03-02' }
    const second = { ...first, to: '2026-03-20' }
    const file = enrolment({ locked: [first] })
    assert.equal(changeOf(second, { ...measured(20), enrolment: file })?.newUnits, 0)
  })
})
