import { dateOf, type EpochDay, zoneClock } from '@cufflink/folds'
import type { CodeRule } from '../../rulesets/rule-set.ts'
import type { RulesInForce } from '../../rulesets/select.ts'
import type { Context } from '../context.ts'
import type { LockedLine } from '../enrolment.ts'
import { gate, gatesOf, inWindow } from '../gates.ts'
import { type Days, episodeOfSetUp, takesPlaceOf } from '../locks.ts'
import type { Gate, Warning } from '../signals.ts'
import type { Line, Status } from './line.ts'

/** The dates a line is about, in a zone, and the last date on which what is missing can still come. */
export type Window = Days & { readonly clock: Line['clock']; readonly zone: string }

export type Draft = Pick<Line, 'have' | 'missing' | 'evidence' | 'units'> & {
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
  /** The episode that the line belongs to; that of a month are all that it touches. */
  readonly episode?: string
}

/** The line of one code: gates, status, reach, amount, and what on file it stands on. */
export function lineOf(context: Context, draft: Draft): Line {
  const { rule, rules, window, units, missing } = draft
  const { settings, ruleSet } = rules
  const today = zoneClock(window.zone).dayAt(Math.floor(context.asOf / 1000))
  const finalDay = window.lastDay + settings.graceDays + 1
  const blocks = [...gatesOf(context, draft), ...(draft.gates ?? [])]
  const met = Object.keys(missing).length === 0
  const over = today >= finalDay
  const reach = reachOf(draft, today)
  const cents = ruleSet.rates.find((row) => row.code === rule.code)?.cents
  const { locked, otherwise } = lockOf(context, draft)
  return {
    code: rule.code,
    program: rule.program,
    role: rule.role,
    title: rule.title,
    clock: window.clock,
    from: dateOf(window.firstDay),
    to: dateOf(window.lastDay),
    status: statusOf({ blocked: blocks.length > 0, held: draft.held ?? false, met, over }),
    units,
    have: draft.have,
    missing,
    reach,
    lateReach: !reach.possible && !over && canComeLate(draft),
    finalOn: dateOf(finalDay),
    ...lastDateOf(context, window),
    blocks,
    warnings: [
      ...draft.warnings,
      ...gate('LOCKED_OTHERWISE', otherwise && met),
      ...ruleWarnings(context, rules, window),
    ],
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
    onFile: onFileOf(context, draft),
    evidence: draft.evidence,
  }
}

/** The window stays as it is, whenever the patient died; the date of the claim does not. */
function lastDateOf({ enrolment: { died } }: Context, { firstDay, lastDay }: Days): Pick<Line, 'lastDate'> {
  const cuts = died !== undefined && dateOf(firstDay) <= died && died < dateOf(lastDay)
  return cuts ? { lastDate: died } : {}
}

function reachOf({ window, todayCounted, closedOn, missing }: Draft, today: EpochDay): Line['reach'] {
  const next = Math.max(window.firstDay, todayCounted ? today + 1 : today)
  const daysLeft = Math.max(0, Math.min(window.lastDay, closedOn ?? window.lastDay) - next + 1)
  return { possible: Object.keys(missing).length === 0 || daysLeft >= (missing.days ?? 1), daysLeft }
}

/** Whether what happened in the window and is not written down yet could be enough: dates without a reading, or time. */
function canComeLate({ window, closedOn, have, missing }: Draft): boolean {
  const dates = Math.min(window.lastDay, closedOn ?? window.lastDay) - window.firstDay + 1
  return missing.days === undefined || dates - (have.days ?? 0) >= missing.days
}

type Standing = {
  readonly blocked: boolean
  readonly held: boolean
  readonly met: boolean
  readonly over: boolean
}

function statusOf({ blocked, held, met, over }: Standing): Status {
  if (!met) return 'short'
  if (blocked) return 'blocked'
  if (held) return 'held'
  return over ? 'final' : 'supported'
}

function ruleWarnings(
  { rulesOn }: Context,
  { ruleSet, standIn }: RulesInForce,
  window: Window,
): readonly Warning[] {
  const spans = window.clock === 'period' && rulesOn(window.firstDay).ruleSet !== ruleSet
  return [
    ...gate('SPANS_RULES', spans),
    ...gate('PROVISIONAL_RULES', ruleSet.provisional),
    ...gate('RULES_STAND_IN', standIn),
  ]
}

/**
 * What was billed in this line's place: as this very line, or as another code of these dates. What is held is over the cap:
 * the units of its code that were billed are those under it.
 */
function lockOf(
  context: Context,
  { rule, window, episode, held: isHeld }: Draft,
): { readonly locked?: LockedLine; readonly otherwise: boolean } {
  const inPlace = context.locked.filter((held) =>
    window.clock === 'episode'
      ? held.rule.role === 'setup' &&
        held.rule.program === rule.program &&
        episodeOfSetUp(held, context)?.episode === episode
      : takesPlaceOf(held.rule, rule) && held.firstDay === window.firstDay && held.lastDay === window.lastDay,
  )
  const own =
    isHeld && rule.role === 'time-step' ? inPlace.filter(({ line }) => line.code !== rule.code) : inPlace
  const locked = own.find(({ line }) => line.code === rule.code)?.line
  return { ...(locked && { locked }), otherwise: locked === undefined && own.length > 0 }
}

function onFileOf({ enrolment }: Context, { window, episode }: Draft): Line['onFile'] {
  const holding = inWindow(window)
  const episodes = enrolment.episodes.filter((held) =>
    episode === undefined ? holding(held) : held.episode === episode,
  )
  const offsets = (all: readonly { readonly offset?: number }[]): readonly number[] =>
    all.flatMap(({ offset }) => offset ?? [])
  return {
    consents: offsets(enrolment.consents.filter(holding)),
    orders: offsets(enrolment.orders.filter(holding)),
    episode: offsets(episodes),
    setUp: episodes.flatMap(({ setUpOffset }) => setUpOffset ?? []),
  }
}
