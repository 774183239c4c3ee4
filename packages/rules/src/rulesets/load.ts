import { failure } from '@cufflink/contracts'
import { dateOf, dayOf } from '../time/calendar.ts'
import {
  type CategoryRule,
  type CodeRule,
  type CredentialRule,
  type PayerRule,
  type PracticeSettings,
  paidFor,
  type RateRow,
  type RuleSet,
  type Settings,
} from './rule-set.ts'
import {
  type Cell,
  type Columns,
  flag,
  listOf,
  oneOf,
  optional,
  pattern,
  readTable,
  tableError,
  text,
  whole,
} from './table.ts'

const evidence = oneOf('P', 'S', 'M', 'D', 'X')
const code = pattern(/^[0-9A-Z]{5}$/, 'a code of five digits or capital letters')
const slug = pattern(/^[a-z0-9][a-z0-9-]{0,62}$/, 'lower-case letters, digits and hyphens')
const seconds = whole(0, 86_400)
const days = whole(0, 366)

const date: Cell<string> = (value) => {
  try {
    if (typeof value === 'string') return { value: dateOf(dayOf(value)) }
  } catch {
    // falls through to what it must be
  }
  return { must: 'a date such as 2026-01-31' }
}

const codeColumns: Columns<CodeRule> = {
  code,
  program: oneOf('RPM', 'RTM'),
  family: optional(oneOf('RPM', 'RTM-respiratory', 'RTM-musculoskeletal', 'RTM-cbt')),
  role: oneOf('setup', 'device-low', 'device-high', 'time-low', 'time-base', 'time-step', 'physician'),
  title: text,
  source: text,
  evidence,
}
const categoryColumns: Columns<CategoryRule> = { category: slug, title: text, counts: flag, evidence }
const credentialColumns: Columns<CredentialRule> = {
  credential: slug,
  title: text,
  qualified: flag,
  counts: flag,
}
const rateColumns: Columns<RateRow> = { code, cents: whole(0, 100_000_000) }
const settingColumns: Columns<Settings> = {
  setupMinDays: days,
  setupApartDays: days,
  deviceLowDays: days,
  deviceHighDays: days,
  periodDays: whole(1, 366),
  anchor: oneOf('first-reading', 'set-up'),
  emptyPeriod: oneOf('continue', 're-anchor'),
  graceDays: days,
  timeLowS: seconds,
  timeBaseS: seconds,
  timeStepS: whole(1, 86_400),
  stepCap: whole(0, 100),
  stepFlag: whole(0, 100),
  physicianS: seconds,
  interactiveMinS: seconds,
  emDay: oneOf('exclude-all', 'exclude-qhp', 'allow-distinct'),
  allow99091: flag,
  idleS: seconds,
  longSessionS: seconds,
  longStaffDayS: seconds,
  batchDates: days,
  uploadGapMinutes: whole(0, 1440),
  futureMinutes: whole(0, 1440),
  retentionYears: whole(1, 100),
}
/** Any of the settings, each as it must be where it is there. */
const someSettings = Object.fromEntries(
  Object.entries(settingColumns).map(([name, cell]) => [name, optional(cell as Cell<unknown>)]),
) as unknown as Columns<Partial<Settings>>
const practiceSettings = Object.fromEntries(
  Object.entries(someSettings).filter(([name]) => !(name in paidFor)),
) as unknown as Columns<PracticeSettings>

const payerColumns: Columns<Omit<PayerRule, 'settings'> & { settings: unknown }> = {
  payer: slug,
  from: date,
  to: date,
  settings: (value) => ({ value: value ?? {} }),
  excludedConditions: listOf(text),
}

/**
 * A payer's own rules from data: `[{ payer, from, to, settings, excludedConditions }]`, over the settings of a rule set.
 * @throws {CufflinkError} CONFIG_INVALID naming table, row and column: also where two rows of one payer hold a date, and
 *   where a payer's settings contradict those that they leave as they are
 */
export function loadPayers(rows: unknown, base: Settings): readonly PayerRule[] {
  const payers = readTable('payers', rows, payerColumns).map((row, index) => {
    if (row.from > row.to) throw tableError('payers', index + 1, 'to', 'a date not before "from"')
    const table = `payers[${index + 1}].settings`
    const [settings = {}] = readTable<Partial<Settings>>(table, [row.settings], someSettings)
    checkSettings(table, { ...base, ...settings })
    return { ...row, settings }
  })
  payers.forEach((row, index) => {
    const other = payers.findIndex(
      ({ payer, from, to }, at) => at < index && payer === row.payer && from <= row.to && to >= row.from,
    )
    if (other >= 0)
      throw tableError('payers', index + 1, 'from', `outside the dates of row ${other + 1} of this payer`)
  })
  return payers
}

/**
 * What a practice decided for itself, from data.
 * @throws {CufflinkError} CONFIG_INVALID naming the column
 */
export function loadPracticeSettings(data: unknown): PracticeSettings {
  const [settings = {}] = readTable<PracticeSettings>('practice settings', [data], practiceSettings)
  return settings
}

/** What a table of settings must say as a whole. */
function checkSettings(table: string, settings: Settings): void {
  const { deviceLowDays, deviceHighDays, periodDays, timeLowS, timeBaseS } = settings
  if (deviceLowDays > deviceHighDays) throw tableError(table, 1, 'deviceHighDays', 'at least deviceLowDays')
  if (deviceHighDays > periodDays) throw tableError(table, 1, 'periodDays', 'at least deviceHighDays')
  if (timeLowS > timeBaseS) throw tableError(table, 1, 'timeBaseS', 'at least timeLowS')
}

/**
 * A rule set from data (parsed JSON), as `medicare` has it.
 * @throws {CufflinkError} CONFIG_INVALID naming table, row and column
 */
export function loadRuleSet(data: unknown): RuleSet {
  if (typeof data !== 'object' || data === null)
    throw failure('CONFIG_INVALID', { detail: 'A rule set must be an object.' })
  const held = data as Readonly<Record<string, unknown>>
  const [head] = readTable('rule set', [pick(held, ['id', 'from', 'to', 'provisional'])], {
    id: slug,
    from: date,
    to: date,
    provisional: flag,
  })
  const [settings] = readTable<Settings>('settings', [held['settings']], settingColumns)
  if (head === undefined || settings === undefined) throw failure('CONFIG_INVALID')
  if (head.from > head.to) throw tableError('rule set', 1, 'to', 'a date not before "from"')
  checkSettings('settings', settings)
  const codes = unique('codes', 'code', readTable('codes', held['codes'], codeColumns))
  const rates = unique('rates', 'code', readTable('rates', held['rates'], rateColumns))
  rates.forEach((row, index) => {
    if (!codes.some((rule) => rule.code === row.code))
      throw tableError('rates', index + 1, 'code', 'a code of the table codes')
  })
  return {
    ...head,
    settings,
    codes,
    categories: unique(
      'categories',
      'category',
      readTable('categories', held['categories'], categoryColumns),
    ),
    credentials: unique(
      'credentials',
      'credential',
      readTable('credentials', held['credentials'], credentialColumns),
    ),
    rates,
    payers: loadPayers(held['payers'] ?? [], settings),
  }
}

const pick = (held: Readonly<Record<string, unknown>>, names: readonly string[]): object =>
  Object.fromEntries(names.map((name) => [name, held[name]]))

function unique<Row>(table: string, column: keyof Row & string, rows: readonly Row[]): readonly Row[] {
  rows.forEach((row, index) => {
    if (rows.findIndex((other) => other[column] === row[column]) !== index)
      throw tableError(table, index + 1, column, 'there only once')
  })
  return rows
}

/**
 * That no date is held by two rule sets, and none between them by none.
 * @throws {CufflinkError} CONFIG_INVALID naming the row
 */
export function checkYears(ruleSets: readonly RuleSet[]): readonly RuleSet[] {
  const sorted = ruleSets.toSorted((a, b) => (a.from < b.from ? -1 : 1))
  sorted.forEach(({ from }, index) => {
    const before = sorted[index - 1]
    if (before && dayOf(from) !== dayOf(before.to) + 1) {
      throw tableError('rule sets', index + 1, 'from', `the day after ${before.to}`)
    }
  })
  return sorted
}
