import type { PatientRow } from '@cufflink/contracts'
import { addDays, dateText, weekdayText } from '../../ui/time/local-date.ts'

/** `level` 0 is no reading; 1, 2 and 3 are one, two or three, and more. */
export type DayCell = {
  readonly date: string
  readonly readings: number
  readonly when: 'past' | 'today' | 'future'
  readonly level: 0 | 1 | 2 | 3
}

type Period = NonNullable<PatientRow['period']>

export const dayCells = (period: Period, today: string): readonly DayCell[] =>
  period.readingsPerDate.map((readings, index) => {
    const date = addDays(period.start, index)
    return { date, readings, when: whenOf(date, today), level: levelOf(readings) }
  })

/** ISO dates sort as text. */
const whenOf = (date: string, today: string): DayCell['when'] => {
  if (date === today) return 'today'
  return date < today ? 'past' : 'future'
}

const levelOf = (readings: number): DayCell['level'] => {
  if (readings <= 1) return readings < 1 ? 0 : 1
  return readings <= 3 ? 2 : 3
}

const readingsText = (readings: number): string => {
  if (readings === 0) return 'no reading'
  return readings === 1 ? '1 reading' : `${readings} readings`
}

/** `Wed, Mar 4 (today): 2 readings` */
export const cellText = ({ date, readings, when }: DayCell): string => {
  if (when === 'future' && readings === 0) return `${weekdayText(date)}: to come`
  const mark = when === 'today' ? ' (today)' : ''
  return `${weekdayText(date)}${mark}: ${readingsText(readings)}`
}

/** The strip in a sentence, for those who hear it. */
export const stripText = (cells: readonly DayCell[], period: Period): string => {
  const covered = cells.filter(({ readings }) => readings > 0).length
  const missed = cells.filter(({ readings, when }) => readings === 0 && when === 'past').length
  const today = cells.find(({ when }) => when === 'today')
  const parts = [
    `${dateText(period.start)} to ${dateText(period.end)}`,
    `readings on ${covered} of ${cells.length} days`,
    `${missed} past ${missed === 1 ? 'day' : 'days'} without`,
    ...(today === undefined ? [] : [`today ${readingsText(today.readings)}`]),
  ]
  return parts.join(', ')
}
