import type { Family } from '../rulesets/rule-set.ts'
import { codeOf, programOf } from '../rulesets/select.ts'
import type { EpochDay } from '../time/calendar.ts'
import { zoneClock } from '../time/zone.ts'
import type { Context } from './context.ts'
import { closing, dateEvidence, needDays } from './device-lines.ts'
import { zoneAt } from './enrolment.ts'
import type { Episode } from './episodes.ts'
import type { Line } from './line.ts'
import { lineOf } from './lines.ts'
import type { JudgedReading } from './readings.ts'

type SetUp = {
  readonly episode: Episode
  readonly family: Family
  /** Those of the episode. */
  readonly readings: readonly JudgedReading[]
  /** Where nothing has earned it yet: the last date of the episode's period that runs today. */
  readonly openUntil: EpochDay
}

/**
 * The set-up line of an episode: once per program, however many devices. Data-days count from the set-up on, by the rules of
 * its date and in the home zone of that day. The code is earned on the date that completes the days: nothing later changes it.
 */
export function setUpLine(
  context: Context,
  { episode, family, readings, openUntil }: SetUp,
): readonly Line[] {
  const setUp = Math.floor((episode.setUpAt ?? episode.from) / 1000)
  const zone = zoneAt(context.enrolment, setUp)
  const clock = zoneClock(zone)
  const firstDay = clock.dayAt(setUp)
  const rules = context.rulesOn(firstDay)
  const rule = codeOf(rules.ruleSet, 'setup', family)
  if (rule === undefined) return []
  const { setupMinDays } = rules.settings
  const counted = new Map<EpochDay, JudgedReading[]>()
  for (const reading of readings) {
    const counts = reading.excluded === undefined && reading.counted >= setUp
    if (!counts || programOf(reading.family) !== programOf(family)) continue
    const day = clock.dayAt(reading.counted)
    const held = counted.get(day)
    if (held) held.push(reading)
    else if (counted.size < setupMinDays) counted.set(day, [reading])
    else break
  }
  const earnedOn = counted.size < setupMinDays ? undefined : [...counted.keys()].at(-1)
  const { closedOn } = closing(episode, zone)
  const lastDay = earnedOn ?? Math.max(firstDay, Math.min(openUntil, closedOn ?? openUntil))
  const line = lineOf(context, {
    ...needDays(counted.size, setupMinDays),
    rules,
    rule,
    window: { clock: 'episode', zone, firstDay, lastDay },
    have: { days: counted.size },
    threshold: `at least ${setupMinDays} data-days since set-up, once per episode`,
    warnings: [],
    evidence: { kind: 'device', zone, dates: dateEvidence(counted), excluded: [] },
    todayCounted: counted.has(clock.dayAt(Math.floor(context.asOf / 1000))),
    episode: episode.episode,
  })
  return [line]
}
