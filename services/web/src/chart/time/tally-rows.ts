import type { Tally } from '../parts.ts'

type Row = Tally['rows'][number]

export type PersonTally = {
  readonly clinician: string
  readonly name: string
  readonly creditedMs: number
  readonly rows: readonly Row[]
}

/** By person, who has most first, and within by category. */
export const byPerson = (rows: readonly Row[]): readonly PersonTally[] => {
  const people = Map.groupBy(rows, ({ clinician }) => clinician)
  return [...people]
    .map(([clinician, own]) => ({
      clinician,
      name: own[0]?.clinicianName ?? clinician,
      creditedMs: sumOf(own, 'creditedMs'),
      rows: own.toSorted((a, b) => b.creditedMs - a.creditedMs || a.category.localeCompare(b.category)),
    }))
    .toSorted((a, b) => b.creditedMs - a.creditedMs || a.name.localeCompare(b.name))
}

export const sumOf = (rows: readonly Row[], of: 'creditedMs' | 'deductedMs'): number =>
  rows.reduce((sum, row) => sum + row[of], 0)
