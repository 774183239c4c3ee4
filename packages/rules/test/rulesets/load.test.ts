import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  checkYears,
  loadPayers,
  loadPracticeSettings,
  loadRuleSet,
  medicare,
  rulesOn,
} from '../../src/index.ts'
import { says } from './says.ts'

type Tables = Record<string, unknown> & {
  codes: Record<string, unknown>[]
  categories: Record<string, unknown>[]
  credentials: Record<string, unknown>[]
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
      'a category twice',
      ({ categories }) => categories.push({ ...categories[1] }),
      /Table categories, row \d+, column category: must be there only once/,
    ],
    [
      'a credential twice',
      ({ credentials }) => credentials.push({ ...credentials[0] }),
      /Table credentials, row 5, column credential: must be there only once/,
    ],
    [
      'a rate twice',
      ({ rates }) => rates.push({ ...rates[0] }),
      /Table rates, row 7, column code: must be there only once/,
    ],
    [
      'a period shorter than its days',
      ({ settings }) => Object.assign(settings, { periodDays: 15 }),
      /column periodDays: must be at least deviceHighDays/,
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
      (date) => rulesOn(ruleSets, date, { payer: 'acme' }).payer?.payer,
    )
    assert.deepEqual(held, [undefined, 'acme', 'acme', undefined])
  })

  const base = rulesOn(medicare, '2026-01-01').settings
  const payer = {
    payer: 'acme',
    from: '2026-01-01',
    to: '2026-12-31',
    settings: { graceDays: 10 },
    excludedConditions: ['obesity'],
  }

  test('are read from data', () => {
    assert.deepEqual(loadPayers([payer], base), [payer])
    assert.equal(loadPayers([{ ...payer, to: payer.from }], base)[0]?.to, payer.from)
  })

  test('are refused with the row and the column', () => {
    says(() => loadPayers([payer, { ...payer, from: '2027-01-01' }], base), /Table payers, row 2, column to/)
    says(
      () => loadPayers([{ ...payer, settings: { graceDays: 'ten' } }], base),
      /Table payers\[1\]\.settings, row 1, column graceDays/,
    )
    says(() => loadPayers([{ ...payer, settings: { grace: 1 } }], base), /column grace: must be left out/)
    says(
      () => loadPayers([{ ...payer, excludedConditions: 'all' }], base),
      /column excludedConditions: must be a list/,
    )
  })

  test('are refused where two rows of one payer hold a date', () => {
    const rows = (from: string, to: string, name = 'acme') => [
      { ...payer, from: '2026-03-01', to: '2026-06-30' },
      { ...payer, from, to, payer: name },
    ]
    for (const [from, to] of [
      ['2026-06-30', '2026-12-31'],
      ['2026-01-01', '2026-03-01'],
      ['2026-04-01', '2026-04-02'],
      ['2026-01-01', '2026-12-31'],
    ] as const) {
      says(
        () => loadPayers(rows(from, to), base),
        /Table payers, row 2, column from: must be outside the dates of row 1 of this payer/,
      )
      assert.equal(loadPayers(rows(from, to, 'other'), base).length, 2)
    }
    assert.equal(loadPayers(rows('2026-07-01', '2026-12-31'), base).length, 2)
    assert.equal(loadPayers(rows('2026-01-01', '2026-02-28'), base).length, 2)
  })

  test('are refused where their settings contradict those they leave as they are', () => {
    for (const [settings, detail] of [
      [
        { deviceHighDays: 1 },
        /payers\[1\]\.settings, row 1, column deviceHighDays: must be at least deviceLowDays/,
      ],
      [{ deviceLowDays: 17 }, /column deviceHighDays: must be at least deviceLowDays/],
      [{ periodDays: 15 }, /column periodDays: must be at least deviceHighDays/],
      [{ timeLowS: 1201 }, /column timeBaseS: must be at least timeLowS/],
    ] as const) {
      says(() => loadPayers([{ ...payer, settings }], base), detail)
      const tables = data()
      says(() => loadRuleSet({ ...tables, payers: [{ ...payer, settings }] }), detail)
    }
    assert.equal(loadPayers([{ ...payer, settings: { deviceHighDays: 2, periodDays: 2 } }], base).length, 1)
  })
})

describe('the settings of a practice', () => {
  test('are what it may decide, each checked', () => {
    const settings = { anchor: 'set-up', emDay: 'exclude-qhp', graceDays: 3, allow99091: true }
    assert.deepEqual(loadPracticeSettings(settings), settings)
    assert.deepEqual(loadPracticeSettings({}), {})
    says(
      () => loadPracticeSettings({ anchor: 'first' }),
      /Table practice settings, row 1, column anchor: must be one of first-reading, set-up/,
    )
    for (const name of ['deviceHighDays', 'setupMinDays', 'timeBaseS', 'periodDays'])
      says(() => loadPracticeSettings({ [name]: 2 }), new RegExp(`column ${name}: must be left out`))
  })

  test('stand over the rule set and under the payer', () => {
    const payer = {
      payer: 'acme',
      from: '2026-03-01',
      to: '2026-03-31',
      settings: { graceDays: 9 },
      excludedConditions: [],
    }
    const ruleSets = medicare.map((ruleSet) => ({ ...ruleSet, payers: [payer] }))
    const graceOn = (date: string, whom: Parameters<typeof rulesOn>[2]) =>
      rulesOn(ruleSets, date, whom).settings.graceDays
    const settings = { graceDays: 7 }
    assert.deepEqual(
      [
        graceOn('2026-03-31', {}),
        graceOn('2026-03-31', { settings }),
        graceOn('2026-03-31', { settings, payer: 'acme' }),
        graceOn('2026-04-01', { settings, payer: 'acme' }),
      ],
      [5, 7, 9, 7],
    )
  })
})
