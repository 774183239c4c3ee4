import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { FactOf } from '@cufflink/contracts'
import { type Line, medicare, type RuleSet } from '../../src/index.ts'
import { at, called, enrolment, entered, evaluated, line, MINUTE, timeCodes, worked } from '../patients.ts'

const on = '2026-03-10'
const seconds = (held: Line): number => held.have.seconds ?? 0
const deductions = (held: Line): readonly string[] =>
  held.evidence.kind === 'time' ? held.evidence.deducted.map(({ why }) => why) : []
const withSettings = (settings: Partial<RuleSet['settings']>): readonly RuleSet[] =>
  medicare.map((ruleSet) => ({ ...ruleSet, settings: { ...ruleSet.settings, ...settings } }))

describe('time that does not count', () => {
  for (const [why, changes] of [
    ['CATEGORY_NEVER_COUNTS', { category: 'shipping' }],
    ['CATEGORY_NEVER_COUNTS', { category: 'not-in-the-table' }],
    ['CREDENTIAL_NEVER_COUNTS', { clinician: 'clerk-cy' }],
    ['CREDENTIAL_NEVER_COUNTS', { clinician: 'nobody-knows' }],
  ] as const) {
    test(`is named with its reason: ${why} (${Object.values(changes)[0]})`, () => {
      const held = line(
        evaluated({ time: [worked(on, 600), worked('2026-03-11', 900, changes)], on }),
        '99457',
      )
      assert.equal(seconds(held), 600)
      assert.deepEqual(deductions(held), [why])
    })
  }

  test('still keeps the clinician from being elsewhere', () => {
    const shipping = entered({
      from: at(on, '10:00'),
      until: at(on, '10:10'),
      category: 'shipping',
      patient: 'p-2',
    })
    const review = entered({ from: at(on, '10:05'), until: at(on, '10:15') })
    assert.equal(
      seconds(line(evaluated({ time: [review], elsewhere: [shipping, review], on }), '99457')),
      300,
    )
  })

  test('of another program competes for the minute whatever its category', () => {
    const ccm = worked(on, 600, { program: 'CCM', category: 'ccm-care-plan', clinician: 'nobody-knows' })
    const held = line(evaluated({ time: [ccm, worked(on, 900)], on }), '99457')
    assert.equal(seconds(held), 300)
  })

  test('is named in the month in which it began, when it was refused', () => {
    const refused = (from: number) => entered({ from, until: from - 1 })
    const named = (from: number) => deductions(line(evaluated({ time: [refused(from)], on }), '99457'))
    assert.deepEqual(named(at('2026-03-01', '00:00')), ['NOT_POSITIVE'])
    assert.deepEqual(named(at('2026-03-31', '23:59')), ['NOT_POSITIVE'])
    assert.deepEqual(named(at('2026-02-28', '23:59')), [])
    assert.deepEqual(named(at('2026-04-01', '00:00')), [])
    const empty = entered({ from: at(on), until: at(on) })
    assert.deepEqual(deductions(line(evaluated({ time: [empty], on }), '99457')), ['NOT_POSITIVE'])
  })

  test('does not crowd out a colleague’s time that counts', () => {
    const time = [worked(on, 600, { category: 'shipping' }), worked(on, 600, { clinician: 'nurse-bo' })]
    assert.equal(seconds(line(evaluated({ time, on }), '99457')), 600)
  })
})

describe('an E/M day', () => {
  const visits = [{ visitedAt: at(on, '23:30'), practitioner: 'dr-lee' }]
  const time = [
    worked(on, 600),
    worked(on, 300, { from: at(on, '11:00'), until: at(on, '11:05'), clinician: 'dr-lee' }),
    worked('2026-03-11', 100),
  ]
  const of = (emDay: RuleSet['settings']['emDay']) =>
    line(
      evaluated({ time, on, enrolment: enrolment({ visits }), ruleSets: withSettings({ emDay }) }),
      '99457',
    )

  test('takes out all seconds of its date, or a qualified professional’s, or none, by the setting', () => {
    assert.deepEqual(
      [seconds(of('exclude-all')), seconds(of('exclude-qhp')), seconds(of('allow-distinct'))],
      [100, 700, 1000],
    )
    assert.ok(of('exclude-all').warnings.includes('EM_DAY'))
    assert.ok(!of('allow-distinct').warnings.includes('EM_DAY'))
  })

  test('is a date of the practice’s zone, from midnight to midnight', () => {
    const night = [
      entered({ from: at('2026-03-09', '23:50'), until: at(on, '00:10') }),
      entered({ from: at(on, '23:50'), until: at('2026-03-11', '00:10') }),
    ]
    assert.equal(
      seconds(line(evaluated({ time: night, on, enrolment: enrolment({ visits }) }), '99457')),
      1200,
    )
  })
})

describe('an interactive communication', () => {
  const met = (changes: Partial<FactOf<'interaction.recorded'>['data']>) =>
    timeCodes(evaluated({ time: [worked(on, 1200), called(on, changes)], on })) === '99457'

  test('counts from 60 s of connected time on, when patient or caregiver was reached', () => {
    const startedAt = at(on, '09:00')
    assert.ok(met({ startedAt, endedAt: startedAt + 60_000 }))
    assert.ok(!met({ startedAt, endedAt: startedAt + 59_999 }))
    assert.ok(met({ reached: 'caregiver' }))
    assert.ok(!met({ reached: 'nobody' }))
  })

  test('counts in the month in which it began, in the practice’s zone', () => {
    const begun = (date: string, time: string) => ({
      startedAt: at(date, time),
      endedAt: at(date, time) + 5 * MINUTE,
    })
    assert.ok(met(begun('2026-03-01', '00:00')))
    assert.ok(met(begun('2026-03-31', '23:59')))
    assert.ok(!met(begun('2026-02-28', '23:59')))
    assert.ok(!met(begun('2026-04-01', '00:00')))
  })

  test('counts from the minute in which it was written', () => {
    const time = [worked(on, 1200), called(on)]
    const missing = (asOf: number) => line(evaluated({ time, on, asOf }), '99457').missing.conversation
    assert.deepEqual([missing(at(on, '09:03') - 1), missing(at(on, '09:03'))], [true, undefined])
  })

  test('counts no longer once it is voided', () => {
    const call = called(on)
    const { patient, interaction, startedAt } = call.data
    const void_ = {
      ...call,
      id: 'void',
      type: 'interaction.voided' as const,
      data: { patient, interaction, startedAt, reason: 'wrong chart' },
    }
    assert.equal(timeCodes(evaluated({ time: [worked(on, 1200), call, void_], on })), '')
  })
})
