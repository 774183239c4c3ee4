import { type ClockQuality, type Measurement, patientKey } from '@cufflink/contracts'

/** A reading with its values; while only its retraction is known, without `recorded`. `second` is when it was measured, epoch s. */
export type RecentReading = {
  readonly second: number
  readonly idHash: number
  readonly device: string
  readonly recorded?: {
    readonly clockQuality: ClockQuality
    /** What the device's clock showed, epoch s, where it was not believed. */
    readonly deviceSecond?: number
    readonly measurement: Measurement
    readonly offset: number
  }
  readonly retracted: boolean
  /** It was recorded again with other values; `recorded` is the first on the ledger. */
  readonly differs: boolean
}

/**
 * All readings of a patient and a UTC month with their values, for people to look at, by when they were measured, ascending. A union:
 * it does not depend on the order in which it came about.
 */
export type RecentDocument = { readonly readings: readonly RecentReading[] }

/** The key of a patient's readings of a UTC month with their values: `recent:tenant/patient:2026-10`. */
export const recentKey = (tenant: string, patient: string, month: string): string =>
  `recent:${patientKey(tenant, patient)}:${month}`
