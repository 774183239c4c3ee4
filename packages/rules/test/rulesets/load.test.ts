import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { CufflinkError } from '@cufflink/contracts'
import {
  checkYears,
  loadLocalities,
  loadPayers,
  loadRuleSet,
  medicare,
  ratesIn,
  rulesOn,
} from '../../src/index.ts'

const says = (run: () => unknown, detail: RegExp): void =>
  assert.throws(run, (error) => {
    assert.ok(error instanceof CufflinkError && error.code === 'CONFIG_INVALID')
    assert.match(error.message, detail)
    return true
  })

type Tables = Record<string, unknown> & {
  codes: Record<string, unknown>[]
  rates: Record<string, unknown>[]
  settings: Record<string, unknown>
}
const data = (): Tables => JSON.parse(JSON.stringify(medicare[1]))

describe('a rule set', () => {
  test('that is written out and read again is the same', () => {
    for (const ruleSet of medicare)
      assert.deepEqual(loadRuleSet(JSON.parse(JSON.stringify(ruleSet))), ruleSet)
  })

  const wrong: readonly (readonly [string, (tables: Tables) => void, RegExp])[] = [
    [
      'a role',
      ({ codes: [, second] }) => Object.assign(second ?? {}, { role: 'devise' }),
      /Table codes, row 2, column role: must be one of setup, /,
    ],
    [
      'a code',
      ({ codes: [first] }) => Object.assign(first ?? {}, { code: '9945' }),
      /Table codes, row 1, column code/,
    ],
    [
      'a code twice',
      ({ codes }) => codes.push({ ...codes[0] }),
      /Table codes, row \d+, column code: must be there only once/,
    ],
    [
      'a column that is not known',
      ({ codes: [first] }) => Object.assign(first ?? {}, { colour: 1 }),
      /row 1, column colour: must be left out/,
    ],
    [
      'a rate of no code',
      ({ rates }) => rates.push({ code: '11111', cents: 1 }),
      /Table rates, row 7, column code: must be a code of the table codes/,
    ],
    [
      'a rate that is no whole number',
      ({ rates: [first] }) => Object.assign(first ?? {}, { cents: 1.5 }),
      /Table rates, row 1, column cents/,
    ],
    [
      'a negative threshold',
      ({ settings }) => Object.assign(settings, { deviceLowDays: -1 }),
      /Table settings, row 1, column deviceLowDays/,
    ],
    [
      'thresholds in the wrong order',
      ({ settings }) => Object.assign(settings, { deviceLowDays: 17 }),
      /column deviceHighDays: must be at least deviceLowDays/,
    ],
    [
      'times in the wrong order',
      ({ settings }) => Object.assign(settings, { timeLowS: 1201 }),
      /column timeBaseS: must be at least timeLowS/,
    ],
    [
      'a date of no calendar',
      (tables) => Object.assign(tables, { to: '2026-02-30' }),
      /Table rule set, row 1, column to: must be a date/,
    ],
    [
      'dates in the wrong order',
      (tables) => Object.assign(tables, { to: '2025-01-01' }),
      /column to: must be a date not before/,
    ],
    [
      'a missing table',
      (tables) => Object.assign(tables, { categories: undefined }),
      /Table categories must be a list of rows/,
    ],
    [
      'a row that is none',
      ({ codes }) => codes.push(JSON.parse('null')),
      /Table codes, row 18, column \(all\)/,
    ],
  ]
  for (const [what, change, detail] of wrong) {
    test(`with ${what} is refused, naming row and column`, () => {
      const tables = data()
      change(tables)
      says(() => loadRuleSet(tables), detail)
    })
  }

  test('may stand at the edges of what is allowed', () => {
    const tables = data()
    Object.assign(tables, { from: '2026-12-31', to: '2026-12-31' })
    Object.assign(tables.settings, { deviceLowDays: 16, timeLowS: 1200, graceDays: 0, periodDays: 366 })
    Object.assign(tables.rates[0] ?? {}, { cents: 0 })
    Object.assign(tables.rates[1] ?? {}, { cents: 100_000_000 })
    const { rates, from, to } = loadRuleSet(tables)
    assert.deepEqual(
      [rates[0]?.cents, rates[1]?.cents, from, to],
      [0, 100_000_000, '2026-12-31', '2026-12-31'],
    )
    Object.assign(tables.rates[1] ?? {}, { cents: 100_000_001 })
    says(
      () => loadRuleSet(tables),
      /Table rates, row 2, column cents: must be a whole number from 0 to 100000000/,
    )
  })

  test('that is no object is refused', () => says(() => loadRuleSet('x'), /must be an object/))
})

describe('the years', () => {
  test('of Medicare follow each other without gap and overlap', () => {
    assert.deepEqual(checkYears(medicare.toReversed()), medicare)
    const [first, , third] = medicare
    assert.ok(first && third)
    says(() => checkYears([first, third]), /row 2, column from: must be the day after 2025-12-31/)
    says(() => checkYears([first, { ...third, from: '2025-12-31' }]), /row 2, column from/)
  })

  test('hold their first and their last date', () => {
    for (const [date, id] of [
      ['2025-01-01', '2025'],
      ['2025-12-31', '2025'],
      ['2026-01-01', '2026'],
      ['2026-12-31', '2026'],
      ['2027-01-01', '2027'],
      ['2030-01-01', '2027'],
      ['2024-12-31', '2025'],
    ] as const) {
      const { ruleSet, standIn } = rulesOn(medicare, date)
      assert.equal(ruleSet.id, `medicare-${id}`)
      assert.equal(standIn, !date.startsWith(id))
    }
    says(() => rulesOn([], '2026-01-01'), /no rule set/)
  })
})

describe('the numbers of Medicare', () => {
  const settings = {
    setupMinDays: 2,
    deviceLowDays: 2,
    deviceHighDays: 16,
    periodDays: 30,
    anchor: 'first-reading',
    emptyPeriod: 'continue',
    graceDays: 5,
    timeLowS: 600,
    timeBaseS: 1200,
    timeStepS: 1200,
    stepCap: 2,
    physicianS: 1800,
    interactiveMinS: 60,
    emDay: 'exclude-all',
    allow99091: false,
    idleS: 120,
    longSessionS: 3600,
    longStaffDayS: 36_000,
    batchDates: 3,
    futureMinutes: 10,
    retentionYears: 10,
  }

  test('are those of the rules, in 2026 and provisionally in 2027', () => {
    const [, y2026, y2027] = medicare
    assert.deepEqual([y2026?.settings, y2027?.settings], [settings, settings])
    assert.deepEqual([y2026?.provisional, y2027?.provisional], [false, true])
  })

  test('in 2025 want 16 days for the set-up, and there are no codes for 2 to 15 days or 10 minutes', () => {
    const [y2025, y2026] = medicare
    assert.deepEqual(y2025?.settings, { ...settings, setupMinDays: 16 })
    const codes = new Set(y2025?.codes.map(({ code }) => code))
    const added = y2026?.codes.filter(({ code }) => !codes.has(code)).map(({ code }) => code)
    assert.deepEqual(added, ['98979', '98984', '98985', '98986', '99445', '99470'])
    const sources = y2025?.codes.map(({ source, evidence }) => [evidence, source.includes('2025')])
    assert.ok(sources?.every(([evidence, dated]) => dated === (evidence !== 'P')))
  })
})

describe('payers', () => {
  test('hold their first and their last date', () => {
    const payer = {
      payer: 'acme',
      from: '2026-03-30',
      to: '2026-04-02',
      settings: {},
      excludedConditions: [],
    }
    const ruleSets = medicare.map((ruleSet) => ({ ...ruleSet, payers: [payer] }))
    const held = ['2026-03-29', '2026-03-30', '2026-04-02', '2026-04-03'].map(
      (date) => rulesOn(ruleSets, date, 'acme').payer?.payer,
    )
    assert.deepEqual(held, [undefined, 'acme', 'acme', undefined])
  })

  const payer = {
    payer: 'acme',
    from: '2026-01-01',
    to: '2026-12-31',
    settings: { graceDays: 10 },
    excludedConditions: ['obesity'],
  }

  test('are read from data', () => {
    assert.deepEqual(loadPayers([payer]), [payer])
    assert.equal(loadPayers([{ ...payer, to: payer.from }])[0]?.to, payer.from)
  })

  test('are refused with the row and the column', () => {
    says(() => loadPayers([payer, { ...payer, from: '2027-01-01' }]), /Table payers, row 2, column to/)
    says(
      () => loadPayers([{ ...payer, settings: { graceDays: 'ten' } }]),
      /Table payers\[1\]\.settings, row 1, column graceDays/,
    )
    says(() => loadPayers([{ ...payer, settings: { grace: 1 } }]), /column grace: must be left out/)
    says(
      () => loadPayers([{ ...payer, excludedConditions: 'all' }]),
      /column excludedConditions: must be a list/,
    )
  })
})

describe('the locality table', () => {
  const row = (changes: Partial<Record<number, string>> = {}) =>
    [
      '2026',
      '01112',
      '05',
      '99457',
      '  ',
      '0000058.31',
      '0000036.40',
      ' ',
      '0',
      'A',
      '0',
      '0000000.00',
      '0000000.00',
      '9',
      '0000000.00',
    ]
      .map((cell, index) => `"${changes[index] ?? cell}"`)
      .join(',')
  const wanted = new Set(['99454', '99457'])

  test('is read by the columns of the annual payment amount file', () => {
    const csv = [
      '"YEAR","CARRIER","LOCALITY"',
      row(),
      row({ 2: '18' }),
      row({ 3: '99454', 5: '0000061.07' }),
      row({ 3: '99213' }),
      row({ 4: '26' }),
      '',
    ].join('\r\n')
    const rates = loadLocalities(csv, wanted)
    assert.deepEqual(rates[0], {
      year: 2026,
      carrier: '01112',
      locality: '05',
      code: '99457',
      nonFacilityCents: 5831,
      facilityCents: 3640,
    })
    assert.deepEqual(ratesIn(rates, { year: 2026, carrier: '01112', locality: '05' }), [
      { code: '99457', cents: 5831 },
      { code: '99454', cents: 6107 },
    ])
    assert.deepEqual(ratesIn(rates, { year: 2025, carrier: '01112', locality: '05' }), [])
  })

  for (const [column, changes] of [
    ['year', { 0: '26' }],
    ['carrier', { 1: 'CA' }],
    ['locality', { 2: '5' }],
    ['hcpcs code', { 3: '' }],
    ['modifier', { 4: '265' }],
    ['non-facility fee', { 5: '58,31' }],
    ['facility fee', { 6: 'n/a' }],
  ] as const) {
    test(`with a wrong ${column} is refused, naming row and column`, () => {
      says(
        () => loadLocalities([row(), row(changes)].join('\n'), wanted),
        new RegExp(`Table localities, row 2, column ${column}: must be`),
      )
    })
  }

  test('with a code twice in one locality is refused', () =>
    says(
      () => loadLocalities([row(), '', row()].join('\n'), wanted),
      /row 3, column hcpcs code: must be there only once \(first in row 1\)/,
    ))
})
