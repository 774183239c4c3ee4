import { type Chance, chanceOf, type DayHabit, type Experience, type ShortLine } from '@cufflink/billing'
import { shortLinesOf } from '@cufflink/charts'
import type { Tally } from '@cufflink/views'

export type Estimate = {
  readonly code: string
  /** The last date of the line. */
  readonly until: string
  readonly estimate: Chance
}

/** The chances of a patient's short lines, of those where one can be given: what the chart shows and the dashboard adds up. */
export function estimatesOf(
  tally: Tally,
  at: Parameters<typeof shortLinesOf>[1],
  experience: Experience,
): readonly Estimate[] {
  const { habit, lines } = shortLinesOf(tally, at)
  return lines.flatMap((line) => {
    const estimate = estimateOf(line, habit, experience)
    return estimate === undefined ? [] : [{ code: line.code, until: line.until, estimate }]
  })
}

/** To a hundredth. Of time there is none where no past month is known. */
function estimateOf(line: ShortLine, habit: DayHabit, experience: Experience): Chance | undefined {
  if (line.clock === 'month' && experience.months[line.program].length === 0) return undefined
  const { chance, because } = chanceOf(line, habit, experience)
  return { chance: Math.round(100 * chance) / 100, because }
}
