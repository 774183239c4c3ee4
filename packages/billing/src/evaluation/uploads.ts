import type { JudgedReading } from './readings.ts'

/** One device's upload: readings that arrived not further apart than the gap. */
export type Upload = readonly JudgedReading[]

/** The uploads of all readings, counted or not: an upload is what the device did, whatever became of it. */
export function uploadsOf(readings: readonly JudgedReading[], gapMinutes: number): readonly Upload[] {
  const groups: JudgedReading[][] = []
  const ordered = readings.toSorted((a, b) =>
    a.device === b.device ? a.uploadMinute - b.uploadMinute : a.device < b.device ? -1 : 1,
  )
  for (const reading of ordered) {
    const group = groups.at(-1)
    const last = group?.at(-1)
    const goesOn = last?.device === reading.device && reading.uploadMinute - last.uploadMinute <= gapMinutes
    if (group && goesOn) group.push(reading)
    else groups.push([reading])
  }
  return groups
}
