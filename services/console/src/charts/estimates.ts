import {
  type Chance,
  chanceOf,
  type DayHabit,
  type Experience,
  isForecast,
  type Line,
  type ShortLine,
} from '@cufflink/billing'
import { habitOf } from '@cufflink/charts'
import type { CodeLine, PatientRow } from '@cufflink/contracts'
import { dayOf, localDate } from '@cufflink/folds'

/** The chance of a chart's line, where one can be given; `now` is the instant of the chart. */
export function estimateOfLine(
  line: Line,
  {
    row,
    now,
    experience,
  }: { readonly row: PatientRow; readonly now: number; readonly experience: Experience },
): CodeLine['estimate'] {
  const { program, clock, missing, reach, from, evidence } = line
  const today = localDate(now, evidence.zone)
  if (!isForecast(line) || from > today) return undefined
  const daysPassed = dayOf(today) - dayOf(from)
  return estimateOf(
    { program, clock, missing, daysLeft: reach.daysLeft, daysPassed },
    habitOf(row),
    experience,
  )
}

/** To a hundredth. Of time there is none where no past month is known. */
export function estimateOf(line: ShortLine, habit: DayHabit, experience: Experience): Chance | undefined {
  if (line.clock === 'month' && experience.months[line.program].length === 0) return undefined
  const { chance, because } = chanceOf(line, habit, experience)
  return { chance: Math.round(100 * chance) / 100, because }
}
