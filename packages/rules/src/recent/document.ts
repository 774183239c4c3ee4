import { type ClockQuality, type Measurement, patientKey } from '@cufflink/contracts'

/** A reading with its values; while only its retraction is known, without `recorded`. `second` is when it was measured, epoch s. */
export type RecentReading = {
  readonly second: number
  readonly idHash: number
  readonly device: string
  readonly recorded?: {
    readonly clockQuality: ClockQuality
    readonly measurement: Measurement
    readonly offset: number
  }
  readonly retracted: boolean
}

/** How many of a patient's latest readings are kept at hand with their values, for people to look at. */
export const RECENT_READINGS = 48

/**
 * A patient's latest readings by when they were measured, ascending. A join-semilattice: the highest of a union do not depend on the
 * order in which it came about.
 */
export type RecentDocument = { readonly readings: readonly RecentReading[] }

/** The key of a patient's latest readings: `recent:tenant/patient`. */
export const recentKey = (tenant: string, patient: string): string => `recent:${patientKey(tenant, patient)}`
