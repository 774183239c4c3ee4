import type { Family } from '../rulesets/rule-set.ts'
import { codeOf, type RulesInForce, rulesOn } from '../rulesets/select.ts'
import { dateOf, type EpochDay } from '../time/calendar.ts'
import { zoneClock } from '../time/zone.ts'
import { dayIn, type GridPeriod } from './grid.ts'
import type { DateEvidence, DeviceEvidence, Line } from './line.ts'
import { type Context, gate, lineOf, type Window } from './lines.ts'
import type { JudgedReading } from './readings.ts'
import type { Warning } from './signals.ts'

export type CountedDays = ReadonlyMap<EpochDay, readonly JudgedReading[]>

/** The device lines of one family in one period: the codes that stand, or could still be reached. */
export function deviceLines(
  context: Context,
  period: GridPeriod,
  { family, readings }: { readonly family: Family; readonly readings: readonly JudgedReading[] },
): readonly Line[] {
  const rules = rulesOn(context.ruleSets, period.end, context.enrolment)
  const { settings, ruleSet } = rules
  const own = readings.filter((reading) => reading.family === family)
  const counted = countDates(period, own)
  const days = counted.size
  const low = codeOf(ruleSet, 'device-low', family)
  const high = codeOf(ruleSet, 'device-high', family)
  const today = zoneClock(period.zone).dayAt(Math.floor(context.asOf / 1000))
  const shared = {
    rules,
    window: {
      clock: 'period',
      zone: period.zone,
      firstDay: period.firstDay,
      lastDay: period.lastDay,
    } as const,
    have: { days },
    evidence: deviceEvidence(period, counted, own),
    warnings: deviceWarnings(context, { period, counted, rules }),
    todayCounted: counted.has(today),
    ...closing(context, period),
  }
  const lines: Line[] = []
  if (low && days < settings.deviceHighDays) {
    const threshold = `${settings.deviceLowDays} to ${settings.deviceHighDays - 1} data-days in the ${settings.periodDays}-day period`
    lines.push(
      lineOf(context, { ...shared, ...needDays(days, settings.deviceLowDays), rule: low, threshold }),
    )
  }
  if (high) {
    const threshold = `at least ${settings.deviceHighDays} data-days in the ${settings.periodDays}-day period`
    lines.push(
      lineOf(context, { ...shared, ...needDays(days, settings.deviceHighDays), rule: high, threshold }),
    )
  }
  return lines
}

/** The date on which the period's episode was closed: nothing can come after it. */
function closing({ enrolment }: Context, period: GridPeriod): { closedOn?: EpochDay } {
  const closedAt = enrolment.episodes.find(({ episode }) => episode === period.episode)?.to
  return closedAt === undefined ? {} : { closedOn: zoneClock(period.zone).dayAt(Math.floor(closedAt / 1000)) }
}

export const needDays = (days: number, threshold: number): Pick<Line, 'missing' | 'units'> =>
  days >= threshold ? { missing: {}, units: 1 } : { missing: { days: threshold - days }, units: 0 }

/** The countable readings of a period by local date, ascending. */
export function countDates(period: GridPeriod, readings: readonly JudgedReading[]): CountedDays {
  const dates = new Map<EpochDay, JudgedReading[]>()
  for (const reading of readings) {
    if (reading.excluded !== undefined) continue
    const day = dayIn(period, reading.counted)
    if (day === undefined) continue
    const held = dates.get(day)
    if (held) held.push(reading)
    else dates.set(day, [reading])
  }
  return dates
}

function deviceEvidence(
  period: GridPeriod,
  counted: CountedDays,
  readings: readonly JudgedReading[],
): DeviceEvidence {
  const excluded = readings.flatMap(({ offset, measured, counted: second, excluded: why }) =>
    why !== undefined && dayIn(period, second) !== undefined
      ? [{ offset, measuredAt: measured * 1000, why }]
      : [],
  )
  return { kind: 'device', zone: period.zone, dates: dateEvidence(counted), excluded }
}

export const dateEvidence = (counted: CountedDays): readonly DateEvidence[] =>
  [...counted].flatMap(([day, readings]) => {
    const [first] = readings
    if (first === undefined) return []
    const { device, measured, uploadMinute, offset } = first
    return [
      {
        date: dateOf(day),
        readings: readings.length,
        first: { device, measuredAt: measured * 1000, arrivedAt: uploadMinute * 60_000, offset },
        offsets: readings.map((reading) => reading.offset),
      },
    ]
  })

type Counting = { readonly period: GridPeriod; readonly counted: CountedDays; readonly rules: RulesInForce }

function deviceWarnings(context: Context, { period, counted, rules }: Counting): readonly Warning[] {
  const { settings } = rules
  const readings = [...counted.values()].flat()
  const graceEnd = zoneClock(period.zone).startOf(period.lastDay + settings.graceDays + 1)
  const perDevice = Map.groupBy(readings, ({ device }) => device)
  const alone =
    perDevice.size === 1
      ? counted.size
      : Math.max(0, ...[...perDevice.values()].map((own) => datesIn(own, period.zone)))
  const tier = (days: number): number =>
    days >= settings.deviceHighDays ? 2 : days >= settings.deviceLowDays ? 1 : 0
  const zones = ['UTC', context.enrolment.practiceZone].filter((zone) => zone !== period.zone)
  return [
    ...gate('UNION_ONLY', counted.size >= settings.deviceHighDays && alone < settings.deviceHighDays),
    ...gate(
      'TZ_SENSITIVE',
      zones.some((zone) => tier(datesIn(readings, zone)) !== tier(counted.size)),
    ),
    ...gate(
      'BATCH_UPLOAD',
      uploads(readings, settings.uploadGapMinutes)
        .filter(({ length }) => length > settings.batchDates)
        .some((upload) => datesIn(upload, period.zone) > settings.batchDates),
    ),
    ...gate(
      'GUESSED_CLOCK',
      readings.some(({ measured, counted: second }) => measured !== second),
    ),
    ...gate(
      'AFTER_GRACE',
      readings.some(({ recordedMinute }) => recordedMinute * 60 >= graceEnd),
    ),
  ]
}

function datesIn(readings: readonly JudgedReading[], zone: string): number {
  const clock = zoneClock(zone)
  return new Set(readings.map(({ counted }) => clock.dayAt(counted))).size
}

/** The readings of each upload: of one device, arrivals not further apart than the gap. */
function uploads(
  readings: readonly JudgedReading[],
  gapMinutes: number,
): readonly (readonly JudgedReading[])[] {
  const groups: JudgedReading[][] = []
  const ordered = readings.toSorted((a, b) =>
    a.device === b.device ? a.uploadMinute - b.uploadMinute : a.device < b.device ? -1 : 1,
  )
  for (const reading of ordered) {
    const last = groups.at(-1)?.at(-1)
    const same = last?.device === reading.device && reading.uploadMinute - last.uploadMinute <= gapMinutes
    if (same) groups.at(-1)?.push(reading)
    else groups.push([reading])
  }
  return groups
}

/** The set-up line of an episode: once, however many devices; data-days count from the set-up on. */
export function setUpLine(
  context: Context,
  {
    family,
    readings,
    period,
  }: { readonly family: Family; readonly readings: readonly JudgedReading[]; readonly period: GridPeriod },
): readonly Line[] {
  const episode = context.enrolment.episodes.find((held) => held.episode === period.episode)
  if (episode === undefined) return []
  const clock = zoneClock(period.zone)
  const setUp = Math.floor((episode.setUpAt ?? episode.from) / 1000)
  const rules = rulesOn(context.ruleSets, dateOf(clock.dayAt(setUp)), context.enrolment)
  const rule = codeOf(rules.ruleSet, 'setup', family)
  if (rule === undefined) return []
  const { setupMinDays } = rules.settings
  const counted = new Map<EpochDay, JudgedReading[]>()
  for (const reading of readings) {
    if (reading.family !== family || reading.counted < setUp || reading.excluded !== undefined) continue
    const day = clock.dayAt(reading.counted)
    const held = counted.get(day)
    // the code is earned on the date that completes the days: nothing later changes it
    if (held) held.push(reading)
    else if (counted.size < setupMinDays) counted.set(day, [reading])
    else break
  }
  const earnedOn = counted.size < setupMinDays ? undefined : [...counted.keys()].at(-1)
  const firstDay = clock.dayAt(setUp)
  const lastDay = earnedOn ?? Math.max(firstDay, period.lastDay)
  const window: Window = { clock: 'episode', zone: period.zone, firstDay, lastDay }
  const line = lineOf(context, {
    ...needDays(counted.size, setupMinDays),
    rules,
    rule,
    window,
    have: { days: counted.size },
    threshold: `at least ${setupMinDays} data-days since set-up, once per episode`,
    warnings: [],
    evidence: { kind: 'device', zone: period.zone, dates: dateEvidence(counted), excluded: [] },
    todayCounted: counted.has(clock.dayAt(Math.floor(context.asOf / 1000))),
  })
  return [line]
}
