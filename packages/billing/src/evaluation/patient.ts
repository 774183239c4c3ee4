import type { DaysDocument, EpochDay } from '@cufflink/folds'
import { billedPrograms, type Family } from '../rulesets/rule-set.ts'
import { programOf } from '../rulesets/select.ts'
import { type Asked, type Context, contextOf, memo } from './context.ts'
import type { Episode } from './episodes.ts'
import { type GridPeriod, periodsOf } from './grid.ts'
import { type CountedDays, countDates, sharedDevices } from './lines/device-lines.ts'
import { billedPeriods, overlap } from './locks.ts'
import { type JudgedReading, judgeReadings } from './readings.ts'
import { type MinutesInput, type WorkedTime, workedTime } from './worked.ts'

/** What is known of a patient: file, rules, readings and time. */
export type PatientInput = Asked &
  MinutesInput & {
    /** The patient's days, from the month of the first reading of each episode on, or what `settle` kept of the older ones. */
    readonly days: readonly DaysDocument[]
  }

/** A patient's readings and periods, sorted out: each reading has its episode, each date one period. */
export type Patient = {
  readonly input: PatientInput
  readonly context: Context
  /** By their beginning. */
  readonly episodes: readonly Episode[]
  /** Of all episodes, by their beginning. */
  readonly periods: readonly GridPeriod[]
  readonly readings: readonly JudgedReading[]
  readonly worked: WorkedTime
  /** What the patient is monitored with: the families of the devices on file and of the readings; RPM while there are none. */
  readonly families: readonly Family[]
  /** Whose codes are looked at: those of the families, and what the patient was enrolled for. */
  readonly programs: readonly ('RPM' | 'RTM')[]
  /** The readings of one episode. */
  readonly readingsOf: (episode: string) => readonly JudgedReading[]
  /** The devices that several people used in an episode, in any of its periods. */
  readonly sharedIn: (episode: string) => ReadonlySet<string>
  /** The dates that count for one family in a period. */
  readonly datesIn: (period: GridPeriod, family: Family) => CountedDays
  /** The periods of episodes that began before this one's, with some of its dates. */
  readonly before: (period: GridPeriod) => readonly GridPeriod[]
}

/** `until` is the last day whose periods are of interest. */
export function patientOf(input: PatientInput, until: EpochDay): Patient {
  const context = contextOf(input)
  const { episodes } = context
  const readings = judgeReadings(input.days, context, episodes)
  const readingsOf = memo((name: string) => readings.filter(({ episode }) => episode === name))
  const periods = episodes
    .flatMap((episode) => [...periodsUntil(until, { context, readingsOf }, episode)])
    .toSorted((a, b) => a.fromSecond - b.fromSecond)
  const order = new Map(episodes.map(({ episode }, index) => [episode, index]))
  const orderOf = ({ episode }: GridPeriod): number => order.get(episode) ?? 0
  const before = memo((period: GridPeriod) =>
    periods.filter((other) => orderOf(other) < orderOf(period) && overlap(other, period)),
  )
  const dates = memo((family: Family) =>
    memo((period: GridPeriod): CountedDays => {
      const own = readingsOf(period.episode).filter((reading) => reading.family === family)
      // a date on which one episode ended and the next began is a date of the first
      return countDates(period, own, (day) => before(period).some((other) => datesIn(other, family).has(day)))
    }),
  )
  const families = familiesOf(input, readings)
  const datesIn = (period: GridPeriod, family: Family): CountedDays => dates(family)(period)
  return {
    input,
    context,
    episodes,
    periods,
    readings,
    worked: workedTime(input),
    families,
    programs: billedPrograms.filter(
      (program) => families.map(programOf).includes(program) || input.enrolment.programs?.includes(program),
    ),
    readingsOf,
    sharedIn: memo((episode) => sharedDevices(readingsOf(episode))),
    datesIn,
    before,
  }
}

type Known = Pick<Patient, 'context' | 'readingsOf'>

function* periodsUntil(
  until: EpochDay,
  { context, readingsOf }: Known,
  episode: Episode,
): Generator<GridPeriod> {
  const readings = readingsOf(episode.episode).filter(({ excluded }) => excluded === undefined)
  const billed = billedPeriods(context, episode)
  for (const period of periodsOf(context, { episode, readings, billed })) {
    if (period.firstDay > until) return
    yield period
  }
}

function familiesOf({ enrolment }: PatientInput, readings: readonly JudgedReading[]): readonly Family[] {
  const families = new Set<Family>(readings.map(({ family }) => family))
  for (const { model } of enrolment.devices) {
    const known = enrolment.models.find((onFile) => onFile.model === model)
    if (known) families.add(known.family)
  }
  if (families.size > 0) return [...families]
  return enrolment.programs?.includes('RPM') === false ? [] : ['RPM']
}
