import type { PatientRow } from '@cufflink/contracts'
import { quickFilterNames, quickFilters } from '@cufflink/contracts/list'
import { localDate } from '@cufflink/folds'
import type { Tally } from '@cufflink/views'

type Codes = PatientRow['codes']
type WaitsFor = PatientRow['waitsFor']

/**
 * One line of the patient list, of what the tally of the patient says: what changes at midnight, the date, is told by the clock.
 * `undefined` where there is no tally.
 */
export function rowOf(tally: Tally, now: number): PatientRow | undefined {
  const { patient, zone, month } = tally
  if (patient === undefined || zone === undefined || month === undefined) return undefined
  const { name = patient, periodStart, periodEnd, lastReadingAt, failed } = tally
  const readingsPerDate = wordsOf(tally['readingsPerDate']).map(Number)
  return {
    patient,
    name,
    zone,
    today: localDate(now, zone),
    dataDays: Number(tally['dataDays'] ?? 0),
    ...(periodStart && periodEnd && { period: { start: periodStart, end: periodEnd, readingsPerDate } }),
    ...(lastReadingAt && { lastReadingAt: Number(lastReadingAt) }),
    waitsFor: wordsOf(tally['waitsFor']) as WaitsFor,
    month: {
      month,
      seconds: Number(tally['seconds'] ?? 0),
      conversation: Number(tally['conversations'] ?? 0) > 0,
    },
    codes: wordsOf(tally['codes']).flatMap((code) => linesOf(code, tally[`code.${code}`] ?? '')),
    working: wordsOf(tally['working']),
    changes: Number(tally['changes'] ?? 0),
    ...(failed && { failed: 'PATIENT_NOT_EVALUATED' }),
  }
}

/**
 * The states in which a patient is counted for the practice, by the tally (docs/tallies.md): that there is one, the filters of the list that
 * hold of it, and each code with the status of its lines.
 */
export function statesOf(tally: Tally): string[] {
  const row = rowOf(tally, Number(tally['evaluatedAt'] ?? 0))
  if (row === undefined) return []
  const codes = Object.entries(tally).flatMap(([field, lines]) =>
    field.startsWith('code.') ? lines.split(', ').map((line) => `${field}.${line.split(' ')[0]}`) : [],
  )
  return [
    'patients',
    ...(row.failed ? ['failed'] : []),
    ...quickFilterNames.filter((name) => quickFilters[name](row)),
    ...new Set(codes),
  ]
}

/** The words of a field, which a space parts. */
export const wordsOf = (field: string | undefined): string[] => (field ? field.split(' ') : [])

function linesOf(code: string, field: string): Codes {
  return field.split(', ').flatMap((line) => {
    const [status, units] = line.split(' ')
    return Number(units) > 0
      ? [{ code, status: status as Codes[number]['status'], units: Number(units) }]
      : []
  })
}
