import { clinicianMonth } from '@cufflink/billing'
import { CLINICIAN_PART, clinicianKey, monthsAround } from '@cufflink/folds'
import { type Tally } from '@cufflink/views'
import type { Documents } from './documents.ts'
import type { Practice } from './practices.ts'

/** Raised when a field changes its meaning or goes; a new field is none. */
const TALLY_VERSION = 1

export type ClinicianMonthName = {
  readonly tenant: string
  readonly clinician: string
  readonly month: string
}

/** What the marks and the tally of a clinician's month are called: as the documents are that are its parts. */
export const clinicianMonthName = ({ tenant, clinician, month }: ClinicianMonthName): string =>
  clinicianKey(tenant, clinician, month)

export const isClinicianMonth = (name: string): boolean => name.startsWith(CLINICIAN_PART)

export function readClinicianMonthName(name: string): ClinicianMonthName {
  const [whose, month] = [name.slice(CLINICIAN_PART.length, -8), name.slice(-7)]
  const slash = whose.indexOf('/')
  return { tenant: whose.slice(0, slash), clinician: whose.slice(slash + 1), month }
}

/** The key by which the partition is found that has a clinician's tallies: one, wherever the patients are. */
export const homeOf = ({ tenant, clinician }: Omit<ClinicianMonthName, 'month'>): string =>
  `${tenant}/${clinician}`

type Of = { readonly clinician: string; readonly month: string }

/** The tally of a clinician's calendar month (docs/tallies.md), without its revision; empty where nothing was written down. */
export async function clinicianTally(
  documents: Pick<Documents, 'clinician'>,
  { id, zone }: Pick<Practice, 'id' | 'zone'>,
  { clinician, month, now }: Of & { readonly now: number },
): Promise<Tally> {
  const parts = await documents.clinician(id, clinician, monthsAround(month))
  const found = clinicianMonth(parts, {
    clinician,
    zone,
    month,
    asOf: now,
    knownAt: Number.POSITIVE_INFINITY,
  })
  if (found.seconds === 0 && found.secondsDeducted === 0) return {}
  return {
    version: String(TALLY_VERSION),
    practice: id,
    clinician,
    month,
    zone,
    evaluatedAt: String(now),
    seconds: String(found.seconds),
    secondsDeducted: String(found.secondsDeducted),
    patients: String(found.patients),
    secondsPerDate: found.secondsPerDate.join(' '),
  }
}
