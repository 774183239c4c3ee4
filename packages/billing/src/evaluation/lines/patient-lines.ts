import type { EpochDay } from '@cufflink/folds'
import type { Family } from '../../rulesets/rule-set.ts'
import { programOf } from '../../rulesets/select.ts'
import { memo } from '../context.ts'
import { gate } from '../gates.ts'
import type { GridPeriod } from '../grid.ts'
import { monthsOf } from '../months.ts'
import type { Patient } from '../patient.ts'
import type { JudgedReading } from '../readings.ts'
import type { Gate } from '../signals.ts'
import { uploadsOf } from '../uploads.ts'
import { type CountedDays, deviceLines } from './device-lines.ts'
import type { Line } from './line.ts'
import { physicianLines } from './physician-line.ts'
import { setUpLines } from './set-up-line.ts'
import { monthOfPatient, timeLines } from './time-lines.ts'

/** The lines of one patient by themselves, each made once, when it is asked for. */
export type PatientLines = {
  readonly devicesIn: (period: GridPeriod) => readonly Line[]
  readonly physicianIn: (period: GridPeriod) => readonly Line[]
  readonly setUpOf: (episode: string) => readonly Line[]
  readonly timeIn: (monthIndex: number) => readonly Line[]
}

/** Whether a line's own threshold is met, whatever gates stand before it. */
export const isMet = (line: Line): boolean => line.units > 0

export function linesOf(patient: Patient): PatientLines {
  const { context, families, worked } = patient
  const monthAt = memo((index: number) => monthOfPatient(context, patient, index))
  const timeIn = memo((index: number) => {
    const month = monthAt(index)
    const programs = new Set(patient.programs)
    for (const { stretch } of month.time.credited) {
      if (stretch.program === 'RPM' || stretch.program === 'RTM') programs.add(stretch.program)
    }
    return [...programs].flatMap((program) => timeLines(context, month, program))
  })
  const isManaged = (index: number): boolean =>
    timeIn(index).some((line) => line.program === 'RPM' && isMet(line))
  const ofFamily = familyLines(patient)
  const physicianIn: PatientLines['physicianIn'] = memo((period) =>
    physicianLines(context, {
      period,
      worked,
      managed: () => monthsOf(period).filter(isManaged).map(monthAt),
      gates: gatesOfPeriod(patient, period, physicianIn),
    }),
  )
  let setUps: ReturnType<typeof setUpsOf> | undefined
  return {
    devicesIn: memo((period) => families.flatMap((family) => ofFamily(family)(period))),
    physicianIn,
    setUpOf(episode) {
      setUps ??= setUpsOf(patient)
      return setUps(episode)
    },
    timeIn,
  }
}

function familyLines(patient: Patient): (family: Family) => (period: GridPeriod) => readonly Line[] {
  const { context, readings, episodes, datesIn } = patient
  const uploads = memo((gapMinutes: number) => uploadsOf(readings, gapMinutes))
  return memo((family) => {
    const inPeriod: (period: GridPeriod) => readonly Line[] = memo((period) => {
      const episode = episodes.find((held) => held.episode === period.episode)
      if (episode === undefined) return []
      const counted = datesIn(period, family)
      return deviceLines(context, {
        period,
        family,
        episode,
        readings: readings.filter(
          (reading) => reading.family === family && (reading.episode ?? period.episode) === period.episode,
        ),
        counted,
        uploads,
        gates: [
          ...gatesOfPeriod(patient, period, inPeriod),
          ...gateOfUsers(patient, period.episode, counted),
        ],
      })
    })
    return inPeriod
  })
}

/** Whether a line could be billed, by its own gates. */
const stands = ({ status }: Line): boolean => status === 'supported' || status === 'final'

/** A period that is cut, and one that shares dates with an earlier episode's in which such a line stands. */
const gatesOfPeriod = (
  { before }: Patient,
  period: GridPeriod,
  linesIn: (period: GridPeriod) => readonly Line[],
): readonly Gate[] => [
  ...gate('PERIOD_CUT', period.cut ?? false),
  ...gate(
    'PERIODS_OVERLAP',
    before(period).some((other) => linesIn(other).some(stands)),
  ),
]

/** Whether some of what counts is of a device that several people used. */
const gateOfUsers = ({ sharedIn }: Patient, episode: string, counted: CountedDays): readonly Gate[] =>
  gate(
    'SEVERAL_USERS',
    counted.values().some((readings) => readings.some(({ device }) => sharedIn(episode).has(device))),
  )

/** The set-up lines of an episode, one per program: the families of RTM share theirs. */
function setUpsOf(patient: Patient): (episode: string) => readonly Line[] {
  const { context, families, periods, datesIn } = patient
  const perProgram = [...Map.groupBy(families, programOf).values()].map((own) =>
    setUpLines(context, {
      episodes: context.episodes,
      family: own[0]!,
      periodsOf: ({ episode }) => periods.filter((period) => period.episode === episode),
      datesIn: (period) => union(own.map((family) => datesIn(period, family))),
      gatesOf: ({ episode }, counted) => gateOfUsers(patient, episode, counted),
    }),
  )
  return (episode) => perProgram.flatMap((lines) => lines.get(episode) ?? [])
}

function union(all: readonly CountedDays[]): CountedDays {
  const days = new Map<EpochDay, readonly JudgedReading[]>()
  for (const [day, readings] of all.flatMap((counted) => [...counted]))
    days.set(
      day,
      [...(days.get(day) ?? []), ...readings].toSorted((a, b) => a.counted - b.counted),
    )
  return days
}
