import type { Family } from '../rulesets/rule-set.ts'
import { programOf } from '../rulesets/select.ts'
import { zoneClock } from '../time/zone.ts'
import { memo } from './context.ts'
import { deviceLines } from './device-lines.ts'
import { gate } from './gates.ts'
import type { GridPeriod } from './grid.ts'
import type { Line } from './line.ts'
import { monthsOf } from './months.ts'
import type { Patient } from './patient.ts'
import { physicianLines } from './physician-line.ts'
import { setUpLine } from './set-up-line.ts'
import type { Gate } from './signals.ts'
import { monthOfPatient, timeLines } from './time-lines.ts'
import { uploadsOf } from './uploads.ts'

/** The lines of one patient by themselves, each made once, when it is asked for. */
export type PatientLines = {
  readonly devicesIn: (period: GridPeriod) => readonly Line[]
  readonly physicianIn: (period: GridPeriod) => readonly Line[]
  readonly setUpOf: (period: GridPeriod) => readonly Line[]
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
    for (const { session } of month.time.credited) {
      if (session.program === 'RPM' || session.program === 'RTM') programs.add(session.program)
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
  const setUp = memo((episode: string) => setUpLines(patient, episode))
  return {
    devicesIn: memo((period) => families.flatMap((family) => ofFamily(family)(period))),
    physicianIn,
    setUpOf: ({ episode }) => setUp(episode),
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
      return deviceLines(context, {
        period,
        family,
        episode,
        readings: readings.filter(
          (reading) => reading.family === family && (reading.episode ?? period.episode) === period.episode,
        ),
        counted: datesIn(period, family),
        uploads,
        gates: gatesOfPeriod(patient, period, inPeriod),
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

/** One set-up line per program: the families of RTM share theirs. */
function setUpLines(
  { input, context, families, episodes, periods, readingsOf }: Patient,
  name: string,
): readonly Line[] {
  const episode = episodes.find((held) => held.episode === name)
  const resumed = input.resume?.find((period) => period.episode === name)
  if (episode === undefined || (resumed && resumed.index > 0)) return []
  const own = periods.filter((period) => period.episode === name)
  const running = own.findLast(
    ({ firstDay, zone }) => firstDay <= zoneClock(zone).dayAt(Math.floor(input.asOf / 1000)),
  )
  const openUntil = (running ?? own[0])?.lastDay ?? 0
  const first = new Map(families.toReversed().map((family) => [programOf(family), family]))
  return [...first.values()].flatMap((family) =>
    setUpLine(context, { episode, family, readings: readingsOf(name), openUntil }),
  )
}
