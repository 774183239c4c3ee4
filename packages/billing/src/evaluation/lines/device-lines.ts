import { dateOf, type EpochDay, zoneClock } from '@cufflink/folds'
import type { CodeRule, Family } from '../../rulesets/rule-set.ts'
import { codeOf, type RulesInForce } from '../../rulesets/select.ts'
import type { Context } from '../context.ts'
import type { Episode } from '../episodes.ts'
import { gate } from '../gates.ts'
import { dayIn, type GridPeriod } from '../grid.ts'
import { decisionOf } from '../locks.ts'
import type { JudgedReading } from '../readings.ts'
import type { Gate, Warning } from '../signals.ts'
import type { Upload } from '../uploads.ts'
import type { DateEvidence, DeviceEvidence, Line } from './line.ts'
import { lineOf } from './lines.ts'

export type CountedDays = ReadonlyMap<EpochDay, readonly JudgedReading[]>

/** One family's readings of one period. */
export type FamilyPeriod = {
  readonly period: GridPeriod
  readonly family: Family
  /** All of the family that belong to the period's episode, or to none. */
  readonly readings: readonly JudgedReading[]
  readonly counted: CountedDays
  readonly episode: Episode
  readonly uploads: (gapMinutes: number) => readonly Upload[]
  readonly gates: readonly Gate[]
}

/** The device lines of one family in one period: the codes that stand, or could still be reached. */
export function deviceLines(context: Context, held: FamilyPeriod): readonly Line[] {
  const { period, family, readings, counted } = held
  const rules = context.rulesOn(period.lastDay)
  const { settings, ruleSet } = rules
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
    evidence: deviceEvidence(period, counted, readings),
    warnings: deviceWarnings(context, held, rules),
    gates: held.gates,
    todayCounted: counted.has(today),
    episode: period.episode,
    ...closing(held.episode, period.zone),
  }
  const lines: Line[] = []
  if (low && days < settings.deviceHighDays) {
    const threshold = `${settings.deviceLowDays} to ${settings.deviceHighDays - 1} data-days in the ${settings.periodDays}-day period`
    const isNew = isNewSince(context, low, counted)
    const { released, dismissed } = decisionOf(context, low, period)
    lines.push(
      lineOf(context, {
        ...shared,
        ...needDays(days, settings.deviceLowDays),
        rule: low,
        threshold,
        held: isNew && released === 0,
        warnings: [...shared.warnings, ...gate('CODE_IS_NEW', isNew)],
        gates: [...shared.gates, ...gate('DISMISSED', isNew && dismissed > 0)],
      }),
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

/** Whether a counted date lies before the rules had this code. */
function isNewSince({ rulesOn }: Context, { code }: CodeRule, counted: CountedDays): boolean {
  const [first] = [...counted.keys()].toSorted((a, b) => a - b)
  return first !== undefined && !rulesOn(first).ruleSet.codes.some((known) => known.code === code)
}

/** What a device says where it does not know which of its users it was. */
const UNKNOWN_USER = 255

export const isKnownUser = (userSlot: number | undefined): userSlot is number =>
  userSlot !== undefined && userSlot !== UNKNOWN_USER

/** The devices that told more than one of their users: until slots are assigned, some of it may be someone else's. */
export function sharedDevices(readings: readonly JudgedReading[]): ReadonlySet<string> {
  const slots = new Map<string, number>()
  const shared = new Set<string>()
  for (const { device, userSlot, excluded } of readings) {
    if (excluded !== undefined || !isKnownUser(userSlot)) continue
    if (slots.getOrInsert(device, userSlot) !== userSlot) shared.add(device)
  }
  return shared
}

/** The date of the last second of an episode that was closed: nothing can come after it. */
export const closing = ({ to }: Episode, zone: string): { closedOn?: EpochDay } =>
  to === undefined ? {} : { closedOn: zoneClock(zone).dayAt(Math.floor(to / 1000) - 1) }

export const needDays = (days: number, threshold: number): Pick<Line, 'missing' | 'units'> =>
  days >= threshold ? { missing: {}, units: 1 } : { missing: { days: threshold - days }, units: 0 }

/** The countable readings of a period by local date, ascending; without the dates that are taken already. */
export function countDates(
  period: GridPeriod,
  readings: readonly JudgedReading[],
  isTaken: (day: EpochDay) => boolean,
): CountedDays {
  const dates = new Map<EpochDay, JudgedReading[]>()
  for (const reading of readings) {
    if (reading.excluded !== undefined) continue
    const day = dayIn(period, reading.counted)
    if (day === undefined) continue
    const held = dates.get(day)
    if (held) held.push(reading)
    else if (!isTaken(day)) dates.set(day, [reading])
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

function deviceWarnings(
  context: Context,
  { period, counted, uploads }: FamilyPeriod,
  { settings }: RulesInForce,
): readonly Warning[] {
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
  const own = new Set(readings)
  return [
    ...gate('UNION_ONLY', counted.size >= settings.deviceHighDays && alone < settings.deviceHighDays),
    ...gate(
      'TZ_SENSITIVE',
      zones.some((zone) => tier(datesIn(readings, zone)) !== tier(counted.size)),
    ),
    ...gate(
      'BATCH_UPLOAD',
      uploads(settings.uploadGapMinutes).some(
        (upload) =>
          upload.length > settings.batchDates &&
          upload.some((reading) => own.has(reading)) &&
          datesIn(upload, period.zone) > settings.batchDates,
      ),
    ),
    ...gate(
      'GUESSED_CLOCK',
      readings.some(({ guessed }) => guessed),
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
