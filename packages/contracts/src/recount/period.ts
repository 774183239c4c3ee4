import { dateAfter, dateAt, startOf } from './calendar.ts'
import { type Episode, type FoundFile, holdsAt, secondOf } from './file.ts'
import type { FoundReading } from './readings.ts'

const PERIOD_DAYS = 30
/** What a clock says is ahead of the arrival by more than this is no instant: the reading counts for when it arrived. */
const AHEAD_S = 600

export type FoundPeriod = {
  readonly start: string
  readonly end: string
  /** How many readings count on each date that has one. */
  readonly dates: ReadonlyMap<string, number>
}

type Counting = { readonly second: number; readonly episode: string }
/** `from` and `to`, exclusive, in epoch seconds. */
type Period = Readonly<Record<'start' | 'end' | 'zone', string> & Record<'from' | 'to', number>>

/** The 30-day period of a date; nothing outside of all, and `unknown` where what was billed lies off the periods that the facts give. */
export function periodOn(
  today: string,
  { file, readings }: { readonly file: FoundFile; readonly readings: readonly FoundReading[] },
): FoundPeriod | 'unknown' | undefined {
  const counting = readings
    .flatMap((reading) => countingOf(reading, file))
    .toSorted((a, b) => a.second - b.second)
  const taken = new Set<string>()
  const all: string[] = []
  let found: FoundPeriod | undefined
  for (const episode of file.episodes) {
    const own = counting.filter((reading) => reading.episode === episode.episode)
    const periods = periodsOf(episode, { file, own, today })
    const counts = periods.map((period) => datesIn(period, own, taken))
    for (const date of counts.flatMap((dates) => [...dates.keys()])) taken.add(date)
    all.push(...periods.map(({ start, end }) => `${start} ${end}`))
    // Of two episodes that both have the date, that which began last.
    periods.forEach(({ start, end }, index) => {
      if (start <= today && today <= end) found = { start, end, dates: counts[index]! }
    })
  }
  return file.billed.every(({ start, end }) => all.includes(`${start} ${end}`)) ? found : 'unknown'
}

/** From the first reading that counts once consent, order, episode and device are there, one after the other. */
function periodsOf(
  episode: Episode,
  {
    file,
    own,
    today,
  }: { readonly file: FoundFile; readonly own: readonly Counting[]; readonly today: string },
): Period[] {
  const { consents, orders, devices, zoneAt } = file
  const assigned = [...devices.values()].flat()
  const needed = [[episode], consents, orders, assigned]
  const active = needed
    .flatMap((spans) => spans.map(({ from }) => secondOf(from)))
    .filter((second) => needed.every((spans) => holdsAt(spans, second)))
  const anchor = own.find(({ second }) => second >= Math.min(...active))
  if (anchor === undefined) return []
  let zone = zoneAt(anchor.second)
  let start = dateAt(anchor.second, zone)
  let from = startOf(start, zone)
  const periods: Period[] = []
  while (from < secondOf(episode.to) && start <= today) {
    const end = dateAfter(start, PERIOD_DAYS - 1)
    const to = startOf(dateAfter(end, 1), zone)
    periods.push({ start, end, zone, from, to })
    // The zone is that of a period's first instant, for all of the period.
    ;[start, from, zone] = [dateAfter(end, 1), to, zoneAt(to)]
  }
  return periods
}

/** The readings of each date; a date that an earlier episode has counted is that one's. */
function datesIn(
  { start, end, zone, from, to }: Period,
  own: readonly Counting[],
  taken: ReadonlySet<string>,
): ReadonlyMap<string, number> {
  const dates = new Map<string, number>()
  for (const { second } of own) {
    if (second < from || second >= to) continue
    const date = dateAt(second, zone)
    // After a move westward the first hours of a period carry the date before it.
    const within = date < start ? start : date > end ? end : date
    if (!taken.has(within)) dates.set(within, (dates.get(within) ?? 0) + 1)
  }
  return dates
}

/** The second whose date a reading counts for; none when it does not count. The arrival is known to the minute. */
function countingOf(
  { device, measuredAt, arrivedAt, clockQuality }: FoundReading,
  file: FoundFile,
): Counting[] {
  const measured = secondOf(measuredAt)
  const minute = Math.floor(arrivedAt / 60_000)
  const isAhead = measured - (minute * 60 + 59) > AHEAD_S
  const isGuess = isAhead || clockQuality === 'estimated' || clockQuality === 'receipt'
  const second = isGuess && Math.floor(measured / 60) !== minute ? minute * 60 : measured
  const episode = episodeAt(file.episodes, second)
  // Of a guess both instants must pass: the one that the clock says, and the one whose date counts.
  const passes = [second, ...(isAhead ? [] : [measured])].every(
    (instant) =>
      holdsAt(file.devices.get(device) ?? [], instant) &&
      holdsAt(file.consents, instant) &&
      episodeAt(file.episodes, instant) === episode,
  )
  return episode !== undefined && passes ? [{ second, episode: episode.episode }] : []
}

/** Of those that hold a second the one that began last. */
const episodeAt = (episodes: readonly Episode[], second: number): Episode | undefined =>
  episodes.findLast((episode) => holdsAt([episode], second))
