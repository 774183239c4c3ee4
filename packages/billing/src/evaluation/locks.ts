import { DAY_S, dateOf, dayOf, type EpochDay, isDate, zoneClock } from '@cufflink/folds'
import type { CodeRule, RuleSet } from '../rulesets/rule-set.ts'
import { codeNamed, placeOf } from '../rulesets/select.ts'
import type { Asked, Context } from './context.ts'
import { type Enrolment, type HeldDecision, type LockedLine, zoneAt } from './enrolment.ts'
import type { Episode } from './episodes.ts'

export type Days = { readonly firstDay: EpochDay; readonly lastDay: EpochDay }

type Dates = { readonly from: string; readonly to: string }

export const hasDates = ({ from, to }: Dates): boolean => isDate(from) && isDate(to) && from <= to

export const daysOf = ({ from, to }: Dates): Days => ({
  firstDay: dayOf(from),
  lastDay: dayOf(to),
})

export const overlap = (a: Days, b: Days): boolean => a.firstDay <= b.lastDay && a.lastDay >= b.firstDay

/** A billed line, with what its code is. */
export type Locked = Days & { readonly line: LockedLine; readonly rule: CodeRule }

/** The billed lines with what their codes are; a line of a code that no rule set knows, or of no dates, says nothing. */
export const lockedLines = ({ enrolment, ruleSets }: Asked): readonly Locked[] =>
  enrolment.locked.flatMap((line) => {
    const rule = codeNamed(ruleSets, line.code)
    return rule && hasDates(line) ? [{ line, rule, ...daysOf(line) }] : []
  })

/**
 * The 30-day periods of an episode in which something was billed: they stay where they are, whatever comes later. Of two
 * that overlap the first holds.
 */
export function billedPeriods(context: Context, episode: Episode): readonly Days[] {
  const periods: Days[] = []
  const own = context.locked
    .filter(({ rule }) => isOfPeriod(rule))
    .filter((locked) => episodeOf(locked, context) === episode)
    .toSorted((a, b) => a.firstDay - b.firstDay || a.lastDay - b.lastDay)
  for (const { firstDay, lastDay } of own) {
    if (firstDay > (periods.at(-1)?.lastDay ?? Number.NEGATIVE_INFINITY)) periods.push({ firstDay, lastDay })
  }
  return periods
}

const isOfPeriod = ({ role }: CodeRule): boolean =>
  role === 'device-low' || role === 'device-high' || role === 'physician'

/** The episode of a billed set-up: that of its date of service. */
export const episodeOfSetUp = ({ lastDay }: Days, context: Context): Episode | undefined =>
  episodeOf({ firstDay: lastDay, lastDay }, context)

/** The episode of a billed period: the last that holds something of its first date, else of any of its dates. */
function episodeOf(days: Days, { enrolment, episodes }: Context): Episode | undefined {
  const start = startOfDay(enrolment, days.firstDay)
  const holding = (until: number): Episode | undefined =>
    episodes.findLast(
      ({ from, to }) =>
        Math.floor(from / 1000) < until && (to === undefined || Math.floor(to / 1000) > start),
    )
  return holding(startOfDay(enrolment, days.firstDay + 1)) ?? holding(startOfDay(enrolment, days.lastDay + 1))
}

/** The first instant (epoch s) of a date in the home zone that holds there. */
export function startOfDay(enrolment: Enrolment, day: EpochDay): number {
  return zoneClock(zoneOfDay(enrolment, day)).startOf(day)
}

export function zoneOfDay(enrolment: Enrolment, day: EpochDay): string {
  const about = zoneAt(enrolment, day * DAY_S)
  return zoneAt(enrolment, zoneClock(about).startOf(day))
}

/** Whether two codes may stand for one another: of one program, family and place, such as 99445 and 99454. */
export const takesPlaceOf = (a: CodeRule, b: CodeRule): boolean =>
  a.program === b.program && a.family === b.family && placeOf(a.role) === placeOf(b.role)

/** What a person decided about what is held of a code in some dates. */
export function decisionOf(
  { enrolment }: Context,
  { code }: CodeRule,
  { firstDay, lastDay }: Days,
): Pick<HeldDecision, 'released' | 'dismissed'> {
  const [from, to] = [dateOf(firstDay), dateOf(lastDay)]
  const decided = enrolment.decisions?.find((one) => one.code === code && one.from === from && one.to === to)
  return decided ?? { released: 0, dismissed: 0 }
}

/** The same of two codes by name, by the rules of any year. */
export function takesPlace(ruleSets: readonly RuleSet[], a: string, b: string): boolean {
  const [one, other] = [codeNamed(ruleSets, a), codeNamed(ruleSets, b)]
  return one !== undefined && other !== undefined && takesPlaceOf(one, other)
}
