import type { Settings } from '../rulesets/rule-set.ts'
import { dateOf, type EpochDay } from '../time/calendar.ts'
import { zoneClock } from '../time/zone.ts'
import { anyHolds, type Enrolment, holds } from './enrolment.ts'
import type { JudgedReading } from './readings.ts'

/** One 30-day period: its days, its frozen zone, and the instants (epoch seconds, end exclusive) that belong to it. */
export type GridPeriod = {
  readonly episode: string
  readonly index: number
  readonly firstDay: EpochDay
  readonly lastDay: EpochDay
  readonly start: string
  readonly end: string
  readonly zone: string
  readonly fromSecond: number
  readonly toSecond: number
}

type Episode = Enrolment['episodes'][number]

/** The home zone at an instant. */
export function zoneAt(enrolment: Enrolment, second: number): string {
  const sorted = enrolment.zones.toSorted((a, b) => a.from - b.from)
  const held = sorted.findLast(({ from }) => Math.floor(from / 1000) <= second) ?? sorted[0]
  return held?.zone ?? enrolment.practiceZone
}

/** The first instant at which consent, order, episode and an assigned device are all there; undefined if never. */
export function activationOf(enrolment: Enrolment, episode: Episode): number | undefined {
  const assigned = enrolment.devices.flatMap((device) => device.assigned)
  const beginnings = [episode, ...enrolment.consents, ...enrolment.orders, ...assigned].map(({ from }) =>
    Math.floor(from / 1000),
  )
  const ready = (second: number): boolean =>
    holds(episode, second) &&
    anyHolds(enrolment.consents, second) &&
    anyHolds(enrolment.orders, second) &&
    anyHolds(assigned, second)
  return beginnings.filter(ready).toSorted((a, b) => a - b)[0]
}

/**
 * The instant from which an episode's periods are counted: the first countable reading on or after activation, or, by
 * the tenant's setting, the set-up. Undefined while there is none.
 */
export function anchorOf(
  enrolment: Enrolment,
  episode: Episode,
  { readings, settings }: { readonly readings: readonly JudgedReading[]; readonly settings: Settings },
): number | undefined {
  if (settings.anchor === 'set-up') return Math.floor((episode.setUpAt ?? episode.from) / 1000)
  const activation = activationOf(enrolment, episode)
  if (activation === undefined) return undefined
  return readings.find(
    ({ counted, excluded }) => excluded === undefined && counted >= activation && holds(episode, counted),
  )?.counted
}

/** The periods of an episode from its anchor on, as far as is asked for. Each zone is frozen at the period's start. */
export function* periodsOf(
  enrolment: Enrolment,
  episode: Episode,
  {
    anchor,
    readings,
    settings,
  }: { readonly anchor: number; readonly readings: readonly JudgedReading[]; readonly settings: Settings },
): Generator<GridPeriod, never> {
  const days = settings.periodDays
  let zone = zoneAt(enrolment, anchor)
  let firstDay = zoneClock(zone).dayAt(anchor)
  let fromSecond = zoneClock(zone).startOf(firstDay)
  for (let index = 0; ; index += 1) {
    const toSecond = zoneClock(zone).startOf(firstDay + days)
    const lastDay = firstDay + days - 1
    const dates = { firstDay, lastDay, start: dateOf(firstDay), end: dateOf(lastDay) }
    yield { episode: episode.episode, index, ...dates, zone, fromSecond, toSecond }
    const next = settings.emptyPeriod === 'continue' ? undefined : reanchor(readings, fromSecond, toSecond)
    zone = zoneAt(enrolment, next ?? toSecond)
    firstDay = next === undefined ? lastDay + 1 : Math.max(lastDay + 1, zoneClock(zone).dayAt(next))
    fromSecond = next === undefined ? toSecond : zoneClock(zone).startOf(firstDay)
  }
}

/** After an empty period, by the tenant's setting: the next countable reading. */
function reanchor(readings: readonly JudgedReading[], from: number, to: number): number | undefined {
  const countable = readings.filter(({ excluded }) => excluded === undefined)
  if (countable.some(({ counted }) => counted >= from && counted < to)) return undefined
  return countable.find(({ counted }) => counted >= to)?.counted
}

/** The day a reading counts for in a period, or undefined when it belongs to another period. */
export function dayIn(period: GridPeriod, counted: number): EpochDay | undefined {
  if (counted < period.fromSecond || counted >= period.toSecond) return undefined
  // after a move westward the first hours of a period carry the date before it: they count for its first date
  return Math.max(period.firstDay, Math.min(period.lastDay, zoneClock(period.zone).dayAt(counted)))
}
