import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { MinutesFact } from '@cufflink/contracts'
import { at, called, entered, foldTime, MINUTE, worked } from '@cufflink/folds/invented/facts'
import { timer } from '@cufflink/folds/invented/timers'
import { type Enrolment, type Line, medicare, type RuleSet, tallyMonth } from '../../src/index.ts'
import { enrolment, evaluated, line, timeCodes } from '../patients.ts'

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

  test('of another program takes no minute of what counts, and competes with a category of its own', () => {
    const beside = (changes: Parameters<typeof worked>[2]) => {
      const ccm = worked(on, 600, { program: 'CCM', clinician: 'nurse-bo', ...changes })
      return seconds(line(evaluated({ time: [ccm, worked(on, 900)], on }), '99457'))
    }
    assert.equal(beside({ category: 'ccm-care-plan' }), 300)
    assert.equal(beside({ category: 'data-review' }), 300)
    assert.equal(beside({ category: 'appointments' }), 900)
    assert.equal(beside({ clinician: 'clerk-cy' }), 900)
    assert.equal(beside({ clinician: 'nobody-knows' }), 900)
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

describe('a stretch', () => {
  test('is named with every fact that it stands on', () => {
    const startedAt = at(on, '10:00')
    const one = timer({ startedAt })
    const facts = [
      one.started(),
      one.extended(startedAt + 5 * MINUTE),
      one.stopped(startedAt + 20 * MINUTE),
      one.amended(startedAt, startedAt + 19 * MINUTE),
      one.voided(startedAt + 40 * MINUTE),
    ]
    const pieces = (count: number) => {
      const { evidence } = line(evaluated({ time: facts.slice(0, count), on }), '99457')
      assert.ok(evidence.kind === 'time')
      return [...evidence.credited, ...evidence.deducted].map(({ offset, offsets }) => [offset, offsets])
    }
    assert.deepEqual(pieces(1), [[0, { opening: 0, amendments: [] }]])
    assert.deepEqual(pieces(2), [[0, { opening: 0, proof: 1, amendments: [] }]])
    assert.deepEqual(pieces(3), [[0, { opening: 0, proof: 2, amendments: [] }]])
    assert.deepEqual(pieces(4), [[3, { opening: 0, proof: 2, amendments: [3] }]])
    assert.deepEqual(pieces(5), [[3, { opening: 0, proof: 2, amendments: [3], voided: 4 }]])
  })
})

describe('the lease of a timer', () => {
  const startedAt = at(on, '10:00')
  const old = timer({ startedAt, epoch: 1 })
  const own = [old.started(), old.stopped(startedAt + 20 * MINUTE)]
  const newer = timer({ startedAt: startedAt + 12 * MINUTE, session: 's-2', epoch: 2, patient: 'p-2' })
  const credited = (elsewhere: readonly MinutesFact[], time: readonly MinutesFact[] = own) =>
    seconds(line(evaluated({ time, elsewhere, on }), '99457')) / 60

  test('ends where the clinician’s first timer was started under a newer one, whatever became of that', () => {
    assert.equal(credited([]), 20)
    assert.equal(credited([newer.started()]), 12)
    assert.equal(credited([newer.started(), newer.voided(startedAt + 30 * MINUTE)]), 12)
    const amended = newer.amended(startedAt + 15 * MINUTE, startedAt + 16 * MINUTE, startedAt + 30 * MINUTE)
    assert.equal(credited([newer.started(), newer.stopped(startedAt + 14 * MINUTE), amended]), 12)
  })

  test('goes on when a newer one took the timer over', () => {
    const taken = [
      old.started(),
      old.extended(startedAt + 10 * MINUTE),
      old.stopped(startedAt + 20 * MINUTE, 2),
    ]
    assert.equal(credited([], taken), 20)
    assert.equal(credited([newer.started(), newer.stopped(startedAt + 13 * MINUTE, 2)], taken), 20)
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

  test('of a qualified professional leaves the moment to a colleague who was there too', () => {
    const together = [worked(on, 600), worked(on, 600, { clinician: 'dr-lee' })]
    const held = (emDay: RuleSet['settings']['emDay']) =>
      line(
        evaluated({
          time: together,
          on,
          enrolment: enrolment({ visits }),
          ruleSets: withSettings({ emDay }),
        }),
        '99457',
      )
    assert.equal(seconds(held('exclude-qhp')), 600)
    assert.deepEqual(deductions(held('exclude-qhp')), ['EM_DAY'])
    assert.equal(seconds(held('exclude-all')), 0)
  })

  test('takes nothing from another program, which competes for its moments as ever', () => {
    const both = [worked(on, 600, { program: 'CCM' }), worked(on, 900)]
    const held = tallyMonth(
      {
        ruleSets: medicare,
        enrolment: enrolment({ visits }),
        asOf: at('2026-06-01'),
        minutes: foldTime(both),
        clinicians: [],
      },
      '2026-03',
    )
    assert.deepEqual(held.byProgram, [{ program: 'CCM', seconds: 600 }])
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

describe('time before consent', () => {
  const held = (consents: Enrolment['consents'], time = [worked(on, 600)]) =>
    line(evaluated({ time, on, enrolment: enrolment({ consents }) }), '99457')

  test('does not count, to the millisecond, nor does time after a withdrawal', () => {
    const tenPast = at(on, '10:00') + 100_000
    assert.equal(seconds(held([{ from: tenPast }])), 500)
    assert.deepEqual(deductions(held([{ from: tenPast }])), ['NO_CONSENT'])
    assert.equal(seconds(held([{ from: 0, to: tenPast }])), 100)
    assert.equal(seconds(held([{ from: 0, to: tenPast }, { from: tenPast + 100_000 }])), 500)
    assert.equal(seconds(held([{ from: 0, to: tenPast }, { from: tenPast - 5 }])), 600)
    assert.equal(seconds(held([{ from: 0 }, { from: 0, to: tenPast }])), 600)
    assert.deepEqual([seconds(held([])), held([]).blocks], [0, ['NO_CONSENT']])
  })

  test('leaves the conversation in which consent was given', () => {
    const consents = [{ from: at(on, '09:02') }]
    const evaluation = evaluated({
      time: [called(on), worked(on, 1200)],
      on,
      enrolment: enrolment({ consents }),
    })
    assert.equal(timeCodes(evaluation), '99457')
  })

  test('takes nothing from another program', () => {
    const ccm = [worked(on, 600, { program: 'CCM' }), worked(on, 900)]
    assert.equal(seconds(held([{ from: at(on, '10:05') }], ccm)), 300)
  })
})

describe('a credential', () => {
  const changed = (from: string, credential?: string, before?: string) => ({
    clinician: 'nurse-ada',
    from: at(from, '00:00'),
    ...(credential && { credential }),
    ...(before && { before }),
  })
  const of = (credentials: Enrolment['credentials'], staff = new Map([['nurse-ada', 'clinical-staff']])) => {
    const file = enrolment({ staff, ...(credentials && { credentials }) })
    const held = evaluated({ time: [worked(on, 1200), called(on)], on, enrolment: file })
    return [timeCodes(held), seconds(line(held, '99457'))]
  }

  test('counts as it was when the service was given, whatever it is today', () => {
    const counts = ['99457', 1200]
    const none = ['', 0]
    assert.deepEqual(of([]), counts)
    // Lost in May: March stands. Gained in May: March never counted.
    assert.deepEqual(of([changed('2026-05-01', 'non-clinical', 'clinical-staff')]), counts)
    assert.deepEqual(of([changed('2026-05-01', 'clinical-staff', 'non-clinical')]), none)
    assert.deepEqual(of([changed('2026-05-01', 'clinical-staff')]), none)
    assert.deepEqual(of([changed('2026-03-01', 'non-clinical', 'clinical-staff')]), none)
    const lapsed = [
      changed('2026-03-05', 'non-clinical', 'clinical-staff'),
      changed('2026-03-09', 'clinical-staff', 'non-clinical'),
    ]
    assert.deepEqual(of(lapsed), counts)
    // Of two about the same instant the later fact holds.
    assert.deepEqual(
      of([changed('2026-03-01', 'non-clinical'), changed('2026-03-01', 'clinical-staff')]),
      counts,
    )
  })
})

test('the same documents give each instant what was known and over then', () => {
  const time = [worked(on, 600)]
  const minutes = foldTime(time)
  const secondsAt = (asOf: number, knownAt = Number.POSITIVE_INFINITY): number => {
    const input = { ruleSets: medicare, enrolment: enrolment(), minutes, clinicians: minutes, asOf, knownAt }
    return tallyMonth(input, '2026-03').seconds
  }
  const [before, after] = [at(on, '09:00'), at(on, '12:00')]
  const seen = [
    secondsAt(before),
    secondsAt(after),
    secondsAt(after, before),
    secondsAt(after),
    secondsAt(before),
  ]
  assert.deepEqual(seen, [0, 600, 0, 600, 0])
})
