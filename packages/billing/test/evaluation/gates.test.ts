import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { at, called, daily, datesFrom, worked } from '@cufflink/folds/invented/facts'
import { type Enrolment, medicare, qualificationAt } from '../../src/index.ts'
import { deviceCode, enrolment, evaluated, line } from '../patients.ts'

const first = '2026-03-01'
const on = '2026-03-10'

test('who may order is decided by the credential of that instant and the rules of that date in the practice’s zone', () => {
  const [older, ...newer] = medicare.toSorted((a, b) => (a.from < b.from ? -1 : 1))
  const without = older!.credentials.map((rule) => ({ ...rule, qualified: rule.credential === 'physician' }))
  const ruleSets = [{ ...older!, credentials: without }, ...newer]
  const change = at(newer[0]!.from, '00:00')
  const staff = new Map([
    ['np-kim', 'qhp'],
    ['dr-lee', 'physician'],
  ])
  const may = (atMs: number, clinician: string, changes: Partial<Enrolment> = {}) =>
    qualificationAt(ruleSets, enrolment({ staff, ...changes }), { clinician, atMs }) !== undefined
  assert.deepEqual([may(change - 1, 'np-kim'), may(change, 'np-kim')], [false, true])
  assert.deepEqual(
    [may(change - 1, 'dr-lee'), may(change, 'dr-lee'), may(change, 'nobody')],
    [true, true, false],
  )
  // The year begins in Tokyo while it is still the old one in New York.
  assert.equal(may(change - 1, 'np-kim', { practiceZone: 'Asia/Tokyo' }), true)
  const credentials = [{ clinician: 'np-kim', from: change + 9, credential: 'clinical-staff', before: 'qhp' }]
  assert.deepEqual(
    [may(change + 8, 'np-kim', { credentials }), may(change + 9, 'np-kim', { credentials })],
    [true, false],
  )
})

describe('the gates of a line', () => {
  const sixteen = daily(datesFrom(first, 16))
  const blocks = (file: Partial<Enrolment>, ruleSets = medicare) =>
    line(evaluated({ readings: sixteen, on, ruleSets, enrolment: enrolment(file) }), '99454').blocks

  test('block without an established patient, unless grandfathered', () => {
    assert.deepEqual(blocks({ established: false }), ['NOT_ESTABLISHED'])
    assert.deepEqual(blocks({ established: false, grandfathered: true }), [])
  })

  test('block the time codes without consent and order', () => {
    const file = enrolment({ consents: [{ from: at('2026-04-01', '00:00') }], orders: [] })
    const held = line(evaluated({ time: [worked(on, 1200), called(on)], on, enrolment: file }), '99457')
    assert.deepEqual([held.status, held.blocks], ['short', ['NO_CONSENT', 'NO_ORDER']])
    const unordered = enrolment({ orders: [] })
    const met = line(evaluated({ time: [worked(on, 1200), called(on)], on, enrolment: unordered }), '99457')
    assert.deepEqual([met.status, met.blocks], ['blocked', ['NO_ORDER']])
    const inTime = enrolment({ consents: [{ from: at('2026-03-31', '23:59') }] })
    assert.deepEqual(
      line(evaluated({ time: [worked(on, 1200), called(on)], on, enrolment: inTime }), '99457').blocks,
      [],
    )
    const withdrawn = enrolment({ consents: [{ from: 0, to: at('2026-03-01', '00:00') }] })
    assert.deepEqual(
      line(evaluated({ time: [worked(on, 1200), called(on)], on, enrolment: withdrawn }), '99457').blocks,
      ['NO_CONSENT'],
    )
  })

  test('block where the payer does not cover the condition, within the payer’s dates', () => {
    const payer = {
      payer: 'acme',
      from: '2026-01-01',
      to: '2026-06-30',
      settings: {},
      excludedConditions: ['obesity'],
    }
    const ruleSets = medicare.map((ruleSet) => ({ ...ruleSet, payers: [payer] }))
    assert.deepEqual(blocks({ payer: 'acme', condition: 'obesity' }, ruleSets), ['CONDITION_EXCLUDED'])
    assert.deepEqual(blocks({ payer: 'acme', condition: 'hypertension' }, ruleSets), [])
    assert.deepEqual(blocks({ payer: 'other', condition: 'obesity' }, ruleSets), [])
    const over = ruleSets.map((ruleSet) => ({ ...ruleSet, payers: [{ ...payer, to: '2026-03-29' }] }))
    assert.deepEqual(blocks({ payer: 'acme', condition: 'obesity' }, over), [])
  })

  test('do not mix device codes with time codes billed elsewhere', () => {
    assert.deepEqual(
      blocks({ billedElsewhere: [{ code: '99457', from: first, to: '2026-03-31', practice: 'lakeside' }] }),
      [],
    )
    assert.deepEqual(
      blocks({
        billedElsewhere: [{ code: '99445', from: '2026-03-30', to: '2026-04-28', practice: 'lakeside' }],
      }),
      ['BILLED_ELSEWHERE'],
    )
    assert.deepEqual(
      blocks({
        billedElsewhere: [{ code: '99445', from: '2026-03-31', to: '2026-04-28', practice: 'lakeside' }],
      }),
      [],
    )
  })

  test('know what was billed elsewhere for one date', () => {
    const onOneDate = (date: string) =>
      blocks({ billedElsewhere: [{ code: '99454', from: date, to: date, practice: 'lakeside' }] })
    assert.deepEqual(onOneDate('2026-03-30'), ['BILLED_ELSEWHERE'])
    assert.deepEqual(onOneDate('2026-03-31'), [])
  })

  test('know a code billed elsewhere by the rules of any year', () => {
    const readings = daily(datesFrom('2025-06-01', 16))
    const held = (code: string) =>
      line(
        evaluated({
          readings,
          on: '2025-06-10',
          enrolment: enrolment({
            billedElsewhere: [{ code, from: '2025-06-01', to: '2025-06-30', practice: 'lakeside' }],
          }),
        }),
        '99454',
      ).blocks
    assert.deepEqual(
      [held('99445'), held('99454'), held('99470'), held('00000')],
      [['BILLED_ELSEWHERE'], ['BILLED_ELSEWHERE'], [], []],
    )
  })

  test('warn where devices stand without management and the reverse', () => {
    assert.ok(
      line(evaluated({ readings: sixteen, on }), '99454').warnings.includes('DEVICE_WITHOUT_MANAGEMENT'),
    )
    const time = [worked(on, 1200), called(on)]
    assert.ok(line(evaluated({ time, on }), '99457').warnings.includes('MANAGEMENT_WITHOUT_DEVICE'))
    const both = evaluated({ readings: sixteen, time, on })
    assert.deepEqual([...line(both, '99454').warnings, ...line(both, '99457').warnings], [])
  })

  test('find the locked line of the same code and dates', () => {
    const { from, to } = line(evaluated({ readings: sixteen, on }), '99454')
    const lock = { code: '99454', from, to, units: 1, amountCents: 5211, ruleSet: 'medicare-2026' }
    const held = (locked: typeof lock) =>
      line(evaluated({ readings: sixteen, on, enrolment: enrolment({ locked: [locked] }) }), '99454')
    assert.deepEqual(held(lock).locked, lock)
    assert.deepEqual(held(lock).warnings.includes('LOCKED_OTHERWISE'), false)
    const other = held({ ...lock, code: '99445' })
    assert.deepEqual([other.locked, other.warnings.includes('LOCKED_OTHERWISE')], [undefined, true])
    assert.equal(held({ ...lock, code: '98976' }).locked, undefined)
    for (const changes of [{ code: '00000' }, { from: '2026-02-30' }, { to: '2026-02-01' }]) {
      const { locked, warnings, blocks } = held({ ...lock, ...changes })
      assert.deepEqual([locked, warnings.includes('LOCKED_OTHERWISE'), blocks], [undefined, false, []])
    }
  })
})

describe('rules by date', () => {
  test('before 2026 know no 99445, want 16 days for the set-up, and pay the rates of 2025', () => {
    const of = (count: number) =>
      evaluated({
        readings: daily(datesFrom('2025-06-01', count)),
        on: '2025-06-10',
        enrolment: enrolment({
          episodes: [{ episode: 'e', from: 0, setUpAt: at('2025-06-01', '00:00') }],
        }),
      })
    assert.deepEqual(
      of(15)
        .lines.filter(({ program }) => program === 'RPM')
        .map(({ code, units }) => [code, units]),
      [
        ['99453', 0],
        ['99454', 0],
        ['99457', 0],
      ],
    )
    assert.deepEqual([line(of(16), '99453').units, line(of(16), '99454').amountCents], [1, 4302])
  })

  test('of a period that spans the change are those of its last day, flagged', () => {
    const spanning = evaluated({ readings: daily(datesFrom('2025-12-10', 5)), on: '2025-12-20' })
    const { status, warnings } = line(spanning, '99445')
    assert.deepEqual([status, warnings.includes('SPANS_RULES')], ['held', true])
    assert.ok(warnings.includes('CODE_IS_NEW'))
    const decided = (released: number, dismissed: number) => {
      const { from, to } = line(spanning, '99445')
      const decisions = [{ code: '99445', from, to, released, dismissed }]
      const readings = daily(datesFrom('2025-12-10', 5))
      const held = evaluated({ readings, on: '2025-12-20', enrolment: enrolment({ decisions }) })
      return [line(held, '99445').status, ...line(held, '99445').blocks]
    }
    assert.deepEqual(decided(1, 0), ['final'])
    assert.deepEqual(decided(0, 1), ['blocked', 'DISMISSED'])
    const after = evaluated({
      readings: daily(['2025-12-10', ...datesFrom('2026-01-09', 4)]),
      on: '2026-01-20',
    })
    assert.deepEqual([after.period?.start, deviceCode(after)], ['2026-01-09', '99445'])
    const old = [{ from: 0 }]
    const before = evaluated({
      readings: daily(datesFrom('2024-11-01', 16)),
      on: '2024-11-20',
      enrolment: enrolment({
        consents: old,
        orders: old,
        episodes: [{ episode: 'e', from: 0 }],
        devices: [{ device: 'cuff-1', model: 'cuff', assigned: old }],
      }),
    })
    assert.ok(!line(before, '99454').warnings.includes('SPANS_RULES'))
    const ended = evaluated({ readings: daily(datesFrom('2025-12-02', 5)), on: '2025-12-20' })
    assert.deepEqual([ended.period?.end, deviceCode(ended)], ['2025-12-31', ''])
    const begun = evaluated({ readings: daily(datesFrom('2026-01-01', 5)), on: '2026-01-20' })
    assert.ok(!line(begun, '99445').warnings.includes('SPANS_RULES'))
  })

  test('of 2027 stand provisionally, and dates outside all rule sets take the nearest, flagged', () => {
    assert.ok(
      line(
        evaluated({ readings: daily(datesFrom('2027-02-01', 2)), on: '2027-02-02' }),
        '99445',
      ).warnings.includes('PROVISIONAL_RULES'),
    )
    const old = evaluated({
      readings: daily(datesFrom('2024-02-01', 2)),
      on: '2024-02-02',
      enrolment: enrolment({
        consents: [{ from: 0 }],
        orders: [{ from: 0 }],
        episodes: [{ episode: 'e', from: 0 }],
        devices: [{ device: 'cuff-1', model: 'cuff', assigned: [{ from: 0 }] }],
      }),
    })
    assert.ok(line(old, '99454').warnings.includes('RULES_STAND_IN'))
  })

  test('take a payer’s own settings', () => {
    const payer = {
      payer: 'acme',
      from: '2026-01-01',
      to: '2026-12-31',
      settings: { deviceHighDays: 12 },
      excludedConditions: [],
    }
    const ruleSets = medicare.map((ruleSet) => ({ ...ruleSet, payers: [payer] }))
    const readings = daily(datesFrom(first, 12))
    assert.equal(
      deviceCode(evaluated({ readings, on, ruleSets, enrolment: enrolment({ payer: 'acme' }) })),
      '99454',
    )
    assert.equal(deviceCode(evaluated({ readings, on, ruleSets })), '99445')
  })
})
