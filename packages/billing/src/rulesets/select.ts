import { failure } from '@cufflink/contracts'
import type { CodeRule, Family, PayerRule, PracticeSettings, Role, RuleSet, Settings } from './rule-set.ts'

/** What decides for a patient: the payer, and what the practice decided. An enrolment says both. */
export type RuledFor = { readonly payer?: string; readonly settings?: PracticeSettings }

/** The rules that hold on one date for one patient. */
export type RulesInForce = {
  readonly ruleSet: RuleSet
  readonly settings: Settings
  readonly payer?: PayerRule
  /** No rule set holds the date: the nearest stands in, and its lines are flagged. */
  readonly standIn: boolean
}

/**
 * The rule set whose dates hold `date`, else the nearest before it, else the first; the practice's settings over it, and
 * the payer's over these.
 * @throws {CufflinkError} CONFIG_INVALID when there is no rule set at all
 */
export const rulesOn = (ruleSets: readonly RuleSet[], date: string, patient: RuledFor = {}): RulesInForce =>
  rulesFor(ruleSets, patient)(date)

/** The same of any date of one patient: what holds on many dates is made once. */
export function rulesFor(ruleSets: readonly RuleSet[], patient: RuledFor): (date: string) => RulesInForce {
  const sorted = ruleSets.toSorted((a, b) => (a.from < b.from ? -1 : 1))
  const made: RulesInForce[] = []
  return (date) => {
    const ruleSet = sorted.findLast(({ from }) => from <= date) ?? sorted[0]
    if (ruleSet === undefined) throw failure('CONFIG_INVALID', { detail: 'There is no rule set.' })
    const standIn = date < ruleSet.from || date > ruleSet.to
    const payer = ruleSet.payers.find(
      (rule) => rule.payer === patient.payer && rule.from <= date && date <= rule.to,
    )
    const known = made.find(
      (one) => one.ruleSet === ruleSet && one.payer === payer && one.standIn === standIn,
    )
    if (known !== undefined) return known
    const settings = { ...ruleSet.settings, ...patient.settings, ...payer?.settings }
    const rules = { ruleSet, settings, standIn, ...(payer && { payer }) }
    made.push(rules)
    return rules
  }
}

/** The code of a role; of a device role that of the family. Absent where the year does not have it. */
export const codeOf = (ruleSet: RuleSet, role: Role, family: Family): CodeRule | undefined =>
  ruleSet.codes.find(
    (rule) =>
      rule.role === role &&
      rule.program === programOf(family) &&
      (rule.family === undefined || rule.family === family),
  )

/** What a code is, by the newest rule set that knows it. */
export const codeNamed = (ruleSets: readonly RuleSet[], name: string): CodeRule | undefined =>
  ruleSets
    .toSorted((a, b) => (a.from < b.from ? 1 : -1))
    .flatMap(({ codes }) => codes)
    .find(({ code }) => code === name)

/** Low and high device codes take each other's place, and so do the short and the full first time code. */
export const placeOf = (role: Role): string =>
  role.startsWith('device') ? 'device' : role === 'time-low' || role === 'time-base' ? 'first time' : role

export const programOf = (family: Family): 'RPM' | 'RTM' => (family === 'RPM' ? 'RPM' : 'RTM')
