import type { ClockQuality } from '@cufflink/contracts'
import { patientKey } from '@cufflink/contracts'

/**
 * One reading, indexed. Instants are whole epoch seconds and minutes: fine enough for every rule, since clock changes
 * fall on whole minutes. `idHash` tells apart two readings of one device in one second (16 bits of the reading's id);
 * where the instant is only that of an arrival (`receipt`), it is what makes two copies one reading (24 bits).
 */
export type DayReading = {
  readonly second: number
  readonly idHash: number
  readonly clockQuality: ClockQuality
  /** When the device's upload arrived: at the vendor, else at the gateway. Epoch minutes. */
  readonly uploadMinute: number
  /** When it was written on the ledger; later than the upload for a parked reading. Epoch minutes. */
  readonly recordedMinute: number
  readonly offset: number
}

/** The reading of this device, second and id does not count since `recordedMinute`. It may arrive before the reading. */
export type DayRetraction = {
  readonly second: number
  readonly idHash: number
  readonly recordedMinute: number
  readonly offset: number
}

/** What one device contributed; both lists ascend by second, then id hash, without repetition. */
export type DeviceDays = {
  readonly device: string
  readonly readings: readonly DayReading[]
  readonly retractions: readonly DayRetraction[]
}

/**
 * The readings of one patient in one UTC month: an index, not a verdict (design, rule 2). Devices ascend by name.
 * A join-semilattice: folding the same facts in any order, any number of times, gives the same document.
 */
export type DaysDocument = {
  /** Months since 1970-01. */
  readonly monthIndex: number
  readonly devices: readonly DeviceDays[]
}

/** The key of a days document: `days:tenant/patient:2026-10`. */
export const daysKey = (tenant: string, patient: string, month: string): string =>
  `days:${patientKey(tenant, patient)}:${month}`
