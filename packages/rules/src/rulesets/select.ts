import { failure } from '@cufflink/contracts'
import type { CodeRule, Family, PayerRule, Role, RuleSet, Settings } from './rule-set.ts'

/** The rules that hold on one date for one payer. */
export type RulesInForce = {
  readonly ruleSet: RuleSet
  readonly settings: Settings
  readonly payer?: PayerRule
  /** No rule set holds the date: the nearest stands in, and its lines are flagged. */
  readonly standIn: boolean
}

/**
 * The rule set whose dates hold `date`, else the nearest before it, else the first; the payer's own settings over it.
 * @throws {CufflinkError} CONFIG_INVALID when there is no rule set at all
 */
export function rulesOn(ruleSets: readonly RuleSet[], date: string, payer?: string): RulesInForce {
  const sorted = ruleSets.toSorted((a, b) => (a.from < b.from ? -1 : 1))
  const ruleSet = sorted.findLast(({ from }) => from <= date) ?? sorted[0]
  if (ruleSet === undefined) throw failure('CONFIG_INVALID', { detail: 'There is no rule set.' })
  const standIn = date < ruleSet.from || date > ruleSet.to
  const own = ruleSet.payers.find((rule) => rule.payer === payer && rule.from <= date && date <= rule.to)
  if (own === undefined) return { ruleSet, settings: ruleSet.settings, standIn }
  return { ruleSet, settings: { ...ruleSet.settings, ...own.settings }, payer: own, standIn }
}

/** The code of a role; of a device role that of the family. Absent where the year does not have it. */
export const codeOf = (ruleSet: RuleSet, role: Role, family: Family): CodeRule | undefined =>
  ruleSet.codes.find(
    (rule) =>
      rule.role === role &&
      rule.program === programOf(family) &&
      (rule.family === undefined || rule.family === family),
  )

export const programOf = (family: Family): 'RPM' | 'RTM' => (family === 'RPM' ? 'RPM' : 'RTM')
