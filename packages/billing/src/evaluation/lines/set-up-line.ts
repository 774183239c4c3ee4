import type { EpochDay } from '@cufflink/folds'
import { zoneClock } from '@cufflink/folds'
import type { Family } from '../../rulesets/rule-set.ts'
import { codeNamed, codeOf, programOf } from '../../rulesets/select.ts'
import type { Context } from '../context.ts'
import { zoneAt } from '../enrolment.ts'
import type { Episode } from '../episodes.ts'
import { gate } from '../gates.ts'
import { activationOf, type GridPeriod } from '../grid.ts'
import { daysOf, episodeOfSetUp, hasDates, type Locked } from '../locks.ts'
import type { JudgedReading } from '../readings.ts'
import type { Gate } from '../signals.ts'
import { type CountedDays, closing, dateEvidence, needDays } from './device-lines.ts'
import type { Line } from './line.ts'
import { lineOf } from './lines.ts'

type SetUpInput = {
  /** By their beginning; of each its set-up line is wanted. */
  readonly episodes: readonly Episode[]
  readonly family: Family
  readonly periodsOf: (episode: Episode) => readonly GridPeriod[]
  /** The dates that count in a period, for the code's program. */
  readonly datesIn: (period: GridPeriod) => CountedDays
  /** What stands before the line of an episode in which these dates count. */
  readonly gatesOf: (episode: Episode, counted: CountedDays) => readonly Gate[]
}

/** How far a set-up is: the data-days of the period that completes them, or of the one that runs today. */
type Progress = {
  readonly episode: Episode
  readonly period: GridPeriod
  readonly counted: CountedDays
  /** The date of service: that which completes the days. */
  readonly earnedOn?: EpochDay
  readonly locked?: Locked
}

/**
 * The set-up lines of one program, by episode: once per episode, however many devices. Days count from activation and from the
 * set-up on (the later of them), inside one 30-day period. What was billed comes first, then by the date of service: a line less than
 * `setupApartDays` days from one that stands, or from another practice's, is blocked.
 */
export function setUpLines(context: Context, input: SetUpInput): ReadonlyMap<string, Line> {
  const program = programOf(input.family)
  const billed = context.locked.filter(({ rule }) => rule.role === 'setup' && rule.program === program)
  const ownOf = ({ episode }: Episode): Locked | undefined =>
    billed.find((locked) => episodeOfSetUp(locked, context)?.episode === episode)
  const progress = input.episodes
    .flatMap((episode) => progressOf(context, input, { episode, locked: ownOf(episode) }))
    .toSorted((a, b) => dateOfService(a) - dateOfService(b))
  const owned = new Set(progress.map(({ locked }) => locked))
  const taken = [
    ...elsewhere(context),
    ...billed.filter((locked) => !owned.has(locked)).map(({ lastDay }) => lastDay),
  ]
  const lines = new Map<string, Line>()
  const inTurn = [...progress.filter(({ locked }) => locked), ...progress.filter(({ locked }) => !locked)]
  for (const one of inTurn) {
    const line = setUpLine(context, one, { ...input, taken })
    if (line === undefined) continue
    lines.set(one.episode.episode, line)
    if (one.locked || line.status === 'supported' || line.status === 'final') taken.push(dateOfService(one))
  }
  return lines
}

const dateOfService = ({ locked, earnedOn, period }: Progress): EpochDay =>
  locked?.lastDay ?? earnedOn ?? period.lastDay

/** The dates of service of other practices' set-ups. */
const elsewhere = ({ enrolment, ruleSets }: Context): readonly EpochDay[] =>
  enrolment.billedElsewhere
    .filter((billed) => hasDates(billed) && codeNamed(ruleSets, billed.code)?.role === 'setup')
    .map((billed) => daysOf(billed).lastDay)

/** The second from which on dates count for the set-up of an episode: infinite while something is missing for it. */
export const setUpSince = ({ enrolment }: Context, episode: Episode): number =>
  Math.max(activationOf(enrolment, episode) ?? Number.POSITIVE_INFINITY, secondOf(episode.setUpAt ?? 0))

/** The dates that completed the set-up of an episode, with their readings; none while it is not complete. */
export function earnedDates(
  context: Context,
  input: Pick<SetUpInput, 'periodsOf' | 'datesIn'>,
  episode: Episode,
): CountedDays {
  const [progress] = progressOf(context, input, { episode, locked: undefined })
  return progress?.earnedOn === undefined ? new Map() : progress.counted
}

function progressOf(
  context: Context,
  { periodsOf, datesIn }: Pick<SetUpInput, 'periodsOf' | 'datesIn'>,
  { episode, locked }: { readonly episode: Episode; readonly locked: Locked | undefined },
): readonly Progress[] {
  const { rulesOn, asOf } = context
  const since = setUpSince(context, episode)
  const own = { episode, ...(locked && { locked }) }
  let running: Progress | undefined
  for (const period of periodsOf(episode)) {
    const counted = new Map<EpochDay, readonly JudgedReading[]>()
    for (const [day, readings] of [...datesIn(period)].toSorted(([a], [b]) => a - b)) {
      const late = readings.filter((reading) => reading.counted >= since)
      if (late.length === 0) continue
      counted.set(day, late)
      if (counted.size >= rulesOn(day).settings.setupMinDays)
        return [{ ...own, period, counted, earnedOn: day }]
    }
    const began = period.firstDay <= zoneClock(period.zone).dayAt(secondOf(asOf))
    if (began || running === undefined) running = { ...own, period, counted }
  }
  return running === undefined ? [] : [running]
}

const secondOf = (instant: number): number => Math.floor(instant / 1000)

function setUpLine(
  context: Context,
  progress: Progress,
  {
    family,
    gatesOf,
    taken,
  }: Pick<SetUpInput, 'family' | 'gatesOf'> & { readonly taken: readonly EpochDay[] },
): Line | undefined {
  const { enrolment, rulesOn, asOf } = context
  const { episode, period, counted, earnedOn } = progress
  const { zone } = period
  const { closedOn } = closing(episode, zone)
  const begun = secondOf(episode.setUpAt ?? (activationOf(enrolment, episode) ?? 0) * 1000)
  const firstDay = zoneClock(zoneAt(enrolment, begun)).dayAt(begun)
  const openUntil = Math.min(period.lastDay, closedOn ?? period.lastDay)
  const lastDay = earnedOn ?? Math.max(firstDay, openUntil)
  const rules = rulesOn(lastDay)
  const { setupMinDays, setupApartDays } = rules.settings
  const rule = codeOf(rules.ruleSet, 'setup', family)
  if (rule === undefined) return undefined
  return lineOf(context, {
    ...needDays(counted.size, setupMinDays),
    rules,
    rule,
    window: { clock: 'episode', zone, firstDay: Math.min(firstDay, lastDay), lastDay },
    have: { days: counted.size },
    threshold: `at least ${setupMinDays} data-days since set-up, inside one 30-day period, once per episode`,
    warnings: [],
    gates: [
      ...gatesOf(episode, counted),
      ...gate('NO_SET_UP', episode.setUpAt === undefined),
      ...gate(
        'SET_UP_TOO_SOON',
        taken.some((day) => Math.abs(day - lastDay) < setupApartDays),
      ),
    ],
    evidence: { kind: 'device', zone, dates: dateEvidence(counted), excluded: [] },
    todayCounted: counted.has(zoneClock(zone).dayAt(secondOf(asOf))),
    episode: episode.episode,
    ...(closedOn !== undefined && { closedOn }),
  })
}
