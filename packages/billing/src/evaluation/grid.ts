import { dateOf, type EpochDay, zoneClock } from '@cufflink/folds'
import type { Context } from './context.ts'
import { anyHolds, type Enrolment, holds, zoneAt } from './enrolment.ts'
import type { Episode } from './episodes.ts'
import { type Days, startOfDay, zoneOfDay } from './locks.ts'
import type { JudgedReading } from './readings.ts'

/**
 * One 30-day period: its days, its zone, frozen at its first instant, and the instants (epoch seconds, end exclusive) that
 * belong to it.
 */
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
  /** It ends early, for a billed period begins there. Nothing can be billed for what is left of it. */
  readonly cut?: true
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

export type Grid = {
  readonly episode: Episode
  /** The countable readings of the episode, by counted second. */
  readonly readings: readonly JudgedReading[]
  /** The periods in which something was billed, ascending. */
  readonly billed: readonly Days[]
}

type Start = Pick<GridPeriod, 'firstDay' | 'fromSecond' | 'zone'>

/**
 * The periods of an episode, one after the other, until it ends. They begin at the first countable reading on or after
 * activation or, by the tenant's setting, at the set-up. A period in which something was billed stays where it was billed,
 * and so does the grid that it belongs to: what a late reading would put before it is cut off there. Length, and what
 * follows an empty period, are by the rules of a period's own first date, its zone is that of its first instant.
 */
export function* periodsOf(context: Context, grid: Grid): Generator<GridPeriod> {
  const { episode, billed } = grid
  const end = episode.to === undefined ? Number.POSITIVE_INFINITY : Math.floor(episode.to / 1000)
  let start = startOf(context, grid)
  const fixed = start ? fixedStarts(context, grid, start.firstDay) : []
  for (let index = 0; start !== undefined && start.fromSecond < end; index += 1) {
    const period = periodFrom(context, grid, { ...start, index, fixed })
    yield period
    const isBilled = billed.some(({ firstDay }) => firstDay === period.firstDay)
    start = isBilled ? after(context, period) : next(context, grid, period)
  }
}

/** Where the grid begins: at its anchor, or earlier where something was billed before it. */
function startOf(context: Context, grid: Grid): Start | undefined {
  const { enrolment } = context
  const anchor = anchorOf(context, grid)
  const [first] = grid.billed
  if (anchor === undefined) return first && startOn(enrolment, first.firstDay)
  const zone = zoneAt(enrolment, anchor)
  const firstDay = zoneClock(zone).dayAt(anchor)
  if (first && first.firstDay < firstDay) return startOn(enrolment, first.firstDay)
  return { firstDay, zone, fromSecond: zoneClock(zone).startOf(firstDay) }
}

function anchorOf({ enrolment, rulesOn }: Context, { episode, readings }: Grid): number | undefined {
  const opened = Math.floor(episode.from / 1000)
  const { settings } = rulesOn(zoneClock(zoneAt(enrolment, opened)).dayAt(opened))
  if (settings.anchor === 'set-up') return Math.floor((episode.setUpAt ?? episode.from) / 1000)
  const activation = activationOf(enrolment, episode)
  return activation === undefined ? undefined : readings.find(({ counted }) => counted >= activation)?.counted
}

const startOn = (enrolment: Enrolment, firstDay: EpochDay): Start => ({
  firstDay,
  zone: zoneOfDay(enrolment, firstDay),
  fromSecond: startOfDay(enrolment, firstDay),
})

/**
 * The days on which a period must begin: of each billed one, and, where a grid that goes on without a break would miss the
 * first of them, of the earliest before it that lies on its grid.
 */
function fixedStarts({ rulesOn }: Context, { billed }: Grid, start: EpochDay): readonly EpochDay[] {
  const starts = billed.map(({ firstDay }) => firstDay)
  const first = starts.find((day) => day >= start)
  if (first === undefined || rulesOn(start).settings.emptyPeriod !== 'continue') return starts
  let day = start
  while (day < first) day += rulesOn(day).settings.periodDays
  const { periodDays } = rulesOn(first).settings
  return day === first ? starts : [first - periodDays * Math.floor((first - start) / periodDays), ...starts]
}

type Place = Start & { readonly index: number; readonly fixed: readonly EpochDay[] }

function periodFrom(context: Context, { episode, billed }: Grid, place: Place): GridPeriod {
  const { firstDay, fromSecond, zone, index, fixed } = place
  const own = billed.find((days) => days.firstDay === firstDay)
  const wholeTo = own?.lastDay ?? firstDay + context.rulesOn(firstDay).settings.periodDays - 1
  const behind = own ? undefined : fixed.find((day) => day > firstDay)
  const lastDay = Math.min(wholeTo, (behind ?? Number.POSITIVE_INFINITY) - 1)
  const cut = lastDay < wholeTo
  // what lies behind a cut began by its own zone, not by that of what a late reading put before it
  const end = cut ? startOfDay(context.enrolment, lastDay + 1) : zoneClock(zone).startOf(lastDay + 1)
  return {
    episode: episode.episode,
    index,
    firstDay,
    lastDay,
    start: dateOf(firstDay),
    end: dateOf(lastDay),
    zone,
    fromSecond,
    toSecond: Math.max(fromSecond, end),
    ...(cut && { cut }),
  }
}

const after = ({ enrolment }: Context, { lastDay, toSecond }: GridPeriod): Start => ({
  firstDay: lastDay + 1,
  zone: zoneAt(enrolment, toSecond),
  fromSecond: toSecond,
})

/** The next period: the day after, or, by the tenant's setting, after an empty period at the next countable reading. */
function next(context: Context, { readings, billed }: Grid, period: GridPeriod): Start {
  const { enrolment, rulesOn } = context
  const follows = after(context, period)
  if (rulesOn(period.firstDay).settings.emptyPeriod === 'continue') return follows
  const isEmpty = !readings.some(({ counted }) => counted >= period.fromSecond && counted < period.toSecond)
  const reading = isEmpty ? readings.find(({ counted }) => counted >= period.toSecond) : undefined
  if (reading === undefined) return follows
  const zone = zoneAt(enrolment, reading.counted)
  const firstDay = zoneClock(zone).dayAt(reading.counted)
  const between = billed.find((days) => days.firstDay >= follows.firstDay && days.firstDay <= firstDay)
  if (between) {
    const start = startOn(enrolment, between.firstDay)
    return { ...start, fromSecond: Math.max(follows.fromSecond, start.fromSecond) }
  }
  return firstDay <= follows.firstDay
    ? follows
    : { firstDay, zone, fromSecond: Math.max(follows.fromSecond, zoneClock(zone).startOf(firstDay)) }
}

/** The day a reading counts for in a period, or undefined when it belongs to another period. */
export function dayIn(period: GridPeriod, counted: number): EpochDay | undefined {
  if (counted < period.fromSecond || counted >= period.toSecond) return undefined
  // after a move westward the first hours of a period carry the date before it: they count for its first date
  return Math.max(period.firstDay, Math.min(period.lastDay, zoneClock(period.zone).dayAt(counted)))
}
