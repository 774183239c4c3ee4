import { dateOf, zoneClock } from '@cufflink/folds'
import type { CodeRule, RuleSet } from '../rulesets/rule-set.ts'
import { codeNamed } from '../rulesets/select.ts'
import type { Context } from './context.ts'
import type { BilledElsewhere, Span } from './enrolment.ts'
import type { Draft, Window } from './lines/lines.ts'
import { daysOf, hasDates, overlap, takesPlaceOf } from './locks.ts'
import type { Gate } from './signals.ts'

export const gate = <Name extends string>(name: Name, stands: boolean): readonly Name[] =>
  stands ? [name] : []

/** Whether a span holds in some instant of a window. */
export function inWindow(window: Window): (span: Span) => boolean {
  const clock = zoneClock(window.zone)
  const end = clock.startOf(window.lastDay + 1) * 1000
  const start = clock.startOf(window.firstDay) * 1000
  return ({ from, to = end }) => from < end && to > start
}

/** The gates of §4 that stand on the patient's file. */
export function gatesOf(context: Context, { rule, rules, window }: Draft): readonly Gate[] {
  const { enrolment, ruleSets } = context
  const { condition, chosenProgram, died } = enrolment
  const holding = inWindow(window)
  // two set-ups are a number of days apart, whatever their windows
  const elsewhere =
    rule.role !== 'setup' &&
    enrolment.billedElsewhere.some((billed) => clashes(billed, rule, { ruleSets, window }))
  const excluded = condition !== undefined && rules.payer?.excludedConditions.includes(condition)
  return [
    ...gate('NO_CONSENT', !enrolment.consents.some(holding)),
    ...gate('NO_ORDER', !enrolment.orders.some(holding)),
    ...gate('AFTER_DEATH', died !== undefined && died < dateOf(window.firstDay)),
    ...gate('NOT_ESTABLISHED', !enrolment.established && !enrolment.grandfathered),
    ...gate('BILLED_ELSEWHERE', elsewhere),
    ...gate('CONDITION_EXCLUDED', excluded ?? false),
    ...gate('OTHER_PROGRAM_CHOSEN', chosenProgram !== undefined && chosenProgram !== rule.program),
    ...gate('PERIODS_OVERLAP', window.clock === 'period' && runsIntoBilled(context, rule, window)),
  ]
}

/** Another practice billed a code of the same kind, by the rules of any year, in dates that overlap. */
function clashes(
  billed: BilledElsewhere,
  rule: CodeRule,
  { ruleSets, window }: { readonly ruleSets: readonly RuleSet[]; readonly window: Window },
): boolean {
  const other = codeNamed(ruleSets, billed.code)
  if (other === undefined || kindOf(other) !== kindOf(rule) || !hasDates(billed)) return false
  return overlap(daysOf(billed), window)
}

const kindOf = ({ role }: CodeRule): string => role.split('-')[0] ?? role

/** A code of this kind was billed in another period that has some of these dates. */
const runsIntoBilled = (context: Context, rule: CodeRule, window: Window): boolean =>
  context.locked.some(
    (held) =>
      takesPlaceOf(held.rule, rule) &&
      overlap(held, window) &&
      (held.firstDay !== window.firstDay || held.lastDay !== window.lastDay),
  )
