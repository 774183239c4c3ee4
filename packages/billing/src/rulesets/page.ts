import { dollars } from '../evaluation/explain.ts'
import { signals } from '../evaluation/signals.ts'
import { paidFor, type RuleSet, type Settings } from './rule-set.ts'

/** The page `docs/rules.md`: every rule set as tables, so that the page cannot say anything else than the data. */
export function rulesPage(ruleSets: readonly RuleSet[]): string {
  return [
    '# The billing rules',
    '',
    'What Cufflink counts for Medicare, as the program holds it. Not legal advice. Made from the data of',
    '`packages/billing/src/rulesets/` and the signals of `packages/billing/src/evaluation/signals.ts`; change it there, then run',
    '`UPDATE_DOCS=1 node --test packages/billing/test/rulesets/page.test.ts`.',
    '',
    'Evidence: P primary text · S secondary · M commonly known, not confirmed · D a decision of this project · X sources disagree.',
    '',
    ...ruleSets.flatMap(ruleSetText),
    '## Gates and warnings',
    '',
    'A gate blocks a line; a warning asks a person to look.',
    '',
    table(
      ['signal', 'what it does', 'what it says', 'evidence'],
      Object.entries(signals).map(([name, { kind, text, evidence }]) => [
        code(name),
        kind === 'block' ? 'blocks' : 'warns',
        text.replace(/\{(\w+)\}/g, '`$1`'),
        evidence,
      ]),
    ),
    '',
  ].join('\n')
}

function ruleSetText(ruleSet: RuleSet): readonly string[] {
  const { id, from, to, provisional, settings, codes, categories, credentials, rates, payers } = ruleSet
  const rateOf = (name: string): string => {
    const rate = rates.find((row) => row.code === name)
    return rate === undefined ? 'none on file' : dollars(rate.cents)
  }
  return [
    `## ${id}: service dates ${from} to ${to}`,
    '',
    ...(provisional
      ? ['Provisional: the rules of the year before stand in until this year’s are final.', '']
      : []),
    table(
      ['code', 'what it pays for', 'counts', 'national rate', 'evidence', 'source'],
      codes.map((rule) => [
        code(rule.code),
        rule.title,
        thresholdOf(rule.role, settings),
        rateOf(rule.code),
        rule.evidence,
        rule.source,
      ]),
    ),
    '',
    table(
      ['setting', 'value', 'who may decide otherwise'],
      Object.entries(settings).map(([name, value]) => [
        code(name),
        String(value),
        name in paidFor ? 'a payer' : 'a payer, the practice',
      ]),
    ),
    '',
    table(
      ['category', 'what it is', 'counts', 'evidence'],
      categories.map((rule) => [
        code(rule.category),
        rule.title,
        rule.counts ? 'yes' : 'never',
        rule.evidence,
      ]),
    ),
    '',
    table(
      ['credential', 'who', 'time counts', 'qualified professional'],
      credentials.map((rule) => [code(rule.credential), rule.title, yes(rule.counts), yes(rule.qualified)]),
    ),
    '',
    ...(payers.length === 0
      ? []
      : [
          table(
            ['payer', 'from', 'to', 'settings', 'excluded conditions'],
            payers.map((rule) => [
              code(rule.payer),
              rule.from,
              rule.to,
              JSON.stringify(rule.settings),
              rule.excludedConditions.join(', '),
            ]),
          ),
          '',
        ]),
  ]
}

const code = (text: string): string => `\`${text}\``
const yes = (value: boolean): string => (value ? 'yes' : 'no')

function thresholdOf(role: string, settings: Settings): string {
  const { deviceLowDays, deviceHighDays, periodDays, timeLowS, timeBaseS, timeStepS, stepCap, physicianS } =
    settings
  switch (role) {
    case 'setup':
      return `a set-up on record and ${settings.setupMinDays} data-days of one ${periodDays}-day period, once per episode, at least ${settings.setupApartDays} days apart`
    case 'device-low':
      return `${deviceLowDays} to ${deviceHighDays - 1} data-days of a ${periodDays}-day period`
    case 'device-high':
      return `${deviceHighDays} or more data-days of a ${periodDays}-day period`
    case 'time-low':
      return `${timeLowS} to ${timeBaseS - 1} s of a calendar month, with a conversation`
    case 'time-base':
      return `${timeBaseS} s or more of a calendar month, with a conversation`
    case 'time-step':
      return `each completed ${timeStepS} s beyond ${timeBaseS} s, at most ${stepCap}`
    default:
      return `${physicianS} s or more of a qualified professional in a ${periodDays}-day period`
  }
}

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
