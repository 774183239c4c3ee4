import type { PatientLines } from './month-state.ts'

const collator = new Intl.Collator('en-US', { sensitivity: 'base', numeric: true })

export const byName = (a: Named, b: Named): number =>
  collator.compare(a.name, b.name) || (a.patient < b.patient ? -1 : Number(a.patient > b.patient))

type Named = Pick<PatientLines, 'name' | 'patient'>

/**
 * Patients in the order of their names with some put in, or in the place of what was known of them: one pass over those that are in
 * order already, and a sort of the few that come.
 */
export const inPlace = (
  order: readonly PatientLines[],
  fresh: readonly PatientLines[],
): readonly PatientLines[] => {
  const coming = new Map(fresh.map((one) => [one.patient, one]))
  // Who keeps the name keeps the place.
  const kept = order.flatMap((one) => {
    const next = coming.get(one.patient)
    if (next === undefined) return [one]
    if (next.name !== one.name) return []
    coming.delete(one.patient)
    return [next]
  })
  if (coming.size === 0) return kept
  return merged(kept, [...coming.values()].sort(byName))
}

const merged = (a: readonly PatientLines[], b: readonly PatientLines[]): readonly PatientLines[] => {
  const both: PatientLines[] = []
  let next = 0
  for (const one of a) {
    for (let other = b[next]; other !== undefined && byName(other, one) < 0; other = b[next]) {
      both.push(other)
      next += 1
    }
    both.push(one)
  }
  return [...both, ...b.slice(next)]
}
