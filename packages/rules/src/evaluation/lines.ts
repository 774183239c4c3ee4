import type { CodeRule, RuleSet, YearRate } from '../rulesets/rule-set.ts'
import { codeNamed, type RulesInForce } from '../rulesets/select.ts'
import { dateOf, dayOf, type EpochDay } from '../time/calendar.ts'
import { zoneClock } from '../time/zone.ts'
import type { BilledElsewhere, Enrolment } from './enrolment.ts'
import type { Line, Status } from './line.ts'
import type { Gate, Warning } from './signals.ts'

/** What every line is made from. `asOf` is the instant whose knowledge is asked, epoch ms. */
export type Context = {
  readonly enrolment: Enrolment
  readonly ruleSets: readonly RuleSet[]
  /** In place of the national rates: of each year those that are there, and none besides. */
  readonly rates?: readonly YearRate[]
  readonly asOf: number
}

/** The dates a line is about, in a zone, and the last date on which what is missing can still come. */
export type Window = {
  readonly clock: Line['clock']
  readonly zone: string
  readonly firstDay: EpochDay
  readonly lastDay: EpochDay
}

type Draft = Pick<Line, 'have' | 'missing' | 'evidence' | 'units'> & {
  readonly rule: CodeRule
  readonly rules: RulesInForce
  readonly window: Window
  readonly threshold: string
  readonly warnings: readonly Warning[]
  readonly gates?: readonly Gate[]
  readonly held?: boolean
  /** A date of the window can add nothing more once it has counted: today is not left then. */
  readonly todayCounted?: boolean
  /** The last day that can still add something, where it is before the window's last: the episode was closed. */
  readonly closedOn?: EpochDay
}

/** The line of one code: gates, status, reach, amount. */
export function lineOf(context: Context, draft: Draft): Line {
  const { rule, rules, window, units, missing } = draft
  const { settings, ruleSet } = rules
  const today = zoneClock(window.zone).dayAt(Math.floor(context.asOf / 1000))
  const daysLeft = daysLeftIn(draft, today)
  const finalDay = window.lastDay + settings.graceDays + 1
  const from = dateOf(window.firstDay)
  const to = dateOf(window.lastDay)
  const blocks = [...gatesOf(context, draft), ...(draft.gates ?? [])]
  const met = Object.keys(missing).length === 0
  const status = statusOf({
    blocked: blocks.length > 0,
    held: draft.held ?? false,
    met,
    over: today >= finalDay,
  })
  const cents = rateOf(context, ruleSet, rule.code)
  const locked = context.enrolment.locked.find(
    (line) => line.code === rule.code && line.from === from && (window.clock === 'episode' || line.to === to),
  )
  return {
    code: rule.code,
    program: rule.program,
    role: rule.role,
    title: rule.title,
    clock: window.clock,
    from,
    to,
    status,
    units,
    have: draft.have,
    missing,
    reach: {
      possible: met || daysLeft >= (missing.days ?? 1),
      daysLeft,
    },
    finalOn: dateOf(finalDay),
    blocks,
    warnings: [...draft.warnings, ...ruleWarnings(rules, window)],
    ...(cents !== undefined && { amountCents: cents * units }),
    ...(locked && { locked }),
    rule: {
      ruleSet: ruleSet.id,
      from: ruleSet.from,
      to: ruleSet.to,
      threshold: draft.threshold,
      source: rule.source,
      evidence: rule.evidence,
      settings,
    },
    evidence: draft.evidence,
  }
}

/** The rate of a code in the year of a rule set. */
function rateOf({ rates }: Context, ruleSet: RuleSet, code: string): number | undefined {
  if (rates === undefined) return ruleSet.rates.find((row) => row.code === code)?.cents
  const year = Number(ruleSet.from.slice(0, 4))
  return rates.find((row) => row.code === code && row.year === year)?.cents
}

function daysLeftIn({ window, todayCounted, closedOn }: Draft, today: EpochDay): number {
  const next = Math.max(window.firstDay, todayCounted ? today + 1 : today)
  return Math.max(0, Math.min(window.lastDay, closedOn ?? window.lastDay) - next + 1)
}

type Standing = {
  readonly blocked: boolean
  readonly held: boolean
  readonly met: boolean
  readonly over: boolean
}

function statusOf({ blocked, held, met, over }: Standing): Status {
  if (blocked) return 'blocked'
  if (!met) return 'short'
  if (held) return 'held'
  return over ? 'final' : 'supported'
}

function ruleWarnings({ ruleSet, standIn }: RulesInForce, window: Window): readonly Warning[] {
  const spans = window.clock === 'period' && window.firstDay < dayOf(ruleSet.from)
  return [
    ...gate('SPANS_RULES', spans),
    ...gate('PROVISIONAL_RULES', ruleSet.provisional),
    ...gate('RULES_STAND_IN', standIn),
  ]
}

/** The gates of §4 that stand on the patient's file. */
function gatesOf({ enrolment, ruleSets }: Context, { rule, rules, window }: Draft): readonly Gate[] {
  const end = zoneClock(window.zone).startOf(window.lastDay + 1) * 1000
  const start = zoneClock(window.zone).startOf(window.firstDay) * 1000
  const inWindow = ({ from, to }: { from: number; to?: number }): boolean => from < end && (to ?? end) > start
  const { condition, chosenProgram } = enrolment
  const elsewhere = enrolment.billedElsewhere.some((billed) => clashes(billed, rule, { ruleSets, window }))
  const excluded = condition !== undefined && rules.payer?.excludedConditions.includes(condition)
  return [
    ...gate('NO_CONSENT', !enrolment.consents.some(inWindow)),
    ...gate('NO_ORDER', !enrolment.orders.some(inWindow)),
    ...gate('NOT_ESTABLISHED', !enrolment.established && !enrolment.grandfathered),
    ...gate('BILLED_ELSEWHERE', elsewhere),
    ...gate('CONDITION_EXCLUDED', excluded ?? false),
    ...gate('OTHER_PROGRAM_CHOSEN', chosenProgram !== undefined && chosenProgram !== rule.program),
  ]
}

export const gate = <Name extends string>(name: Name, stands: boolean): readonly Name[] =>
  stands ? [name] : []

/** Another practice billed a code of the same kind, by the rules of any year, in dates that overlap. */
function clashes(
  billed: BilledElsewhere,
  rule: CodeRule,
  { ruleSets, window }: { readonly ruleSets: readonly RuleSet[]; readonly window: Window },
): boolean {
  const other = codeNamed(ruleSets, billed.code)
  if (other === undefined || kindOf(other) !== kindOf(rule)) return false
  return dayOf(billed.from) <= window.lastDay && dayOf(billed.to) >= window.firstDay
}

const kindOf = ({ role }: CodeRule): string => role.split('-')[0] ?? role
