import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  at,
  called,
  daily,
  datesFrom,
  foldReadings,
  foldTime,
  oneRetracted,
  worked,
} from '@cufflink/folds/invented/facts'
import { dollars, duration } from '../../src/evaluation/explain.ts'
import { evaluateMonth, explain, explainMonth, medicare } from '../../src/index.ts'
import { enrolment, evaluated } from '../patients.ts'

const on = '2026-03-10'
const text = (input: Parameters<typeof evaluated>[0]): string =>
  explain(evaluated({ on, asOf: at('2026-03-20', '12:30'), ...input }))

describe('the explanation', () => {
  test('says for each code what is there, what is missing, and why', () => {
    const said = text({
      readings: daily(datesFrom('2026-03-01', 10)),
      time: [worked('2026-03-11', 719), called(on), worked('2026-03-12', 60, { category: 'shipping' })],
    })
    for (const expected of [
      'Patient p-1, month 2026-03. As known at 2026-03-20T16:30:00.000Z.',
      '30-day period 1: 2026-03-01 to 2026-03-30, dates in America/New_York',
      '99445  SUPPORTED  Device supply, 2 to 15 data-days\n    2026-03-01 to 2026-03-30: 10 data-days\n    Units: 1, $52.11 at the rate on file',
      'Dates: 2026-03-01 2026-03-02',
      '99454  SHORT  ',
      'Missing: 6 more data-days. 11 days are left: it can still be reached.',
      'Missing: 8 min 1 s more.',
      'Counted: 2026-03-11 11 min 59 s, data-review, nurse-ada (clinical-staff)',
      'Not counted: 2026-03-12 1 min, nurse-ada (CATEGORY_NEVER_COUNTS)',
      'Final on 2026-04-05.',
      'Rule: at least 16 data-days in the 30-day period (medicare-2026, 2026-01-01 to 2026-12-31; ',
    ]) {
      assert.ok(said.includes(expected), `${expected}\n---\n${said}`)
    }
  })

  test('says what blocks, what to look at and what is out of reach', () => {
    const said = text({
      readings: oneRetracted,
      enrolment: enrolment({ established: false }),
      asOf: at('2026-03-29', '12:30'),
    })
    for (const expected of [
      'SHORT',
      'Blocked: The patient is not an established patient',
      'out of reach',
      'Not counted: 1 reading (RETRACTED)',
      '1 data-day\n',
    ])
      assert.ok(said.includes(expected), `${expected}\n---\n${said}`)
    assert.ok(
      text({ time: [worked(on, 1200)] }).includes(
        'Look: The time is there; an interactive communication is missing.',
      ),
    )
  })

  test('of a month says once what its periods have in common', () => {
    const input = {
      ruleSets: medicare,
      enrolment: enrolment(),
      asOf: at('2026-05-20', '12:30'),
      days: foldReadings(daily(datesFrom('2026-03-12', 40))),
      minutes: foldTime([worked('2026-04-11', 719), called('2026-04-10')]),
      clinicians: [],
    }
    const evaluations = evaluateMonth(input, '2026-04')
    assert.deepEqual(
      evaluations.map(({ period }) => period?.start),
      ['2026-03-12', '2026-04-11'],
    )
    const said = explainMonth(evaluations)
    for (const [code, times] of [
      ['99453', 1],
      ['99454', 2],
      ['99445', 1],
      ['99470', 1],
      ['99457', 1],
    ] as const) {
      assert.equal(said.split(`${code}  `).length - 1, times, `${code}\n${said}`)
    }
    assert.deepEqual(
      evaluateMonth(input, '2026-01').map(({ on, period }) => [on, period]),
      [['2026-01-31', undefined]],
    )
    assert.equal(explainMonth([]), '')
  })

  test('says when only what is not written down yet could still be enough', () => {
    const said = (asOf: number) => text({ readings: daily(datesFrom('2026-03-01', 10)), asOf })
    assert.ok(
      said(at('2026-04-02')).includes(
        '0 days are left: out of reach, but for what happened and is not written down yet.',
      ),
    )
    assert.ok(said(at('2026-04-20')).includes('0 days are left: out of reach.'))
  })

  test('names the rest of a period', () => {
    const lock = {
      code: '99454',
      from: '2026-03-03',
      to: '2026-04-01',
      units: 1,
      amountCents: 1,
      ruleSet: 'm',
    }
    const said = text({
      readings: daily(datesFrom('2026-03-01', 10)),
      on: '2026-03-01',
      enrolment: enrolment({ locked: [lock] }),
    })
    assert.match(said, /Rest of a 30-day period: 2026-03-01 to 2026-03-02, dates in America\/New_York/)
  })

  test('says units and amounts only where there are units', () => {
    const unpriced = medicare.map((ruleSet) => ({ ...ruleSet, rates: [] }))
    const said = text({ readings: daily(datesFrom('2026-03-01', 2)) })
    assert.ok(!said.includes('Units: 0'))
    assert.ok(
      !text({ readings: daily(datesFrom('2026-03-01', 2)), ruleSets: unpriced }).includes(
        'at the rate on file',
      ),
    )
    assert.deepEqual(
      [dollars(0), dollars(-5), dollars(4142), dollars(100_000)],
      ['$0.00', '-$0.05', '$41.42', '$1000.00'],
    )
    assert.deepEqual(
      [duration(0), duration(59), duration(60), duration(61)],
      ['0 min', '0 min 59 s', '1 min', '1 min 1 s'],
    )
  })

  test('names in singular what is one', () => {
    const said = text({ readings: daily(['2026-03-01']), time: [called(on)] })
    for (const expected of ['1 data-day\n', 'Missing: 1 more data-day.', '1 conversation\n'])
      assert.ok(said.includes(expected), said)
  })

  test('says what the first period waits for', () => {
    assert.match(
      text({ enrolment: enrolment({ consents: [], orders: [] }) }),
      /No 30-day period yet: no consent is on record, no order is on record\./,
    )
    assert.match(text({}), /the first begins with the first reading that counts/)
  })
})
