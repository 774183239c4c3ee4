import type { ClockQuality, Measurement } from '@cufflink/contracts'
import { patientKey } from '@cufflink/contracts'

/**
 * One reading, indexed. Instants are whole epoch seconds and minutes: fine enough for every rule, since clock changes
 * fall on whole minutes.
 */
export type DayReading = {
  readonly second: number
  /**
   * 16 bits of the reading's id tell apart two readings of one device in one second. Where the id alone makes the reading (`byId`) it
   * is 40 bits: of a million patients with four readings a day, one has in a year a pair that agrees by chance.
   */
  readonly idHash: number
  /** The device named it, or its instant is that of its arrival: sent again it may have another instant and is the same reading. */
  readonly byId: boolean
  readonly clockQuality: ClockQuality
  /**
   * What the device's clock showed, epoch seconds, where it was not believed and the device did not name the reading. Sent again when
   * the clock is believed, the reading is dated by it, under the same id.
   */
  readonly deviceSecond?: number
  /** The same of a reading that the device named, for people to look at. */
  readonly clockSecond?: number
  /** Which of the device's users, where it said so. */
  readonly userSlot?: number
  /** When the device's upload arrived: at the vendor, else at the gateway. Epoch minutes. */
  readonly uploadMinute: number
  /** When it was written on the ledger; later than the upload for a parked reading. Epoch minutes. */
  readonly recordedMinute: number
  readonly offset: number
  /** For people to look at; absent where only what counts is kept (ADR 24). */
  readonly measurement?: Measurement
  /** It was recorded again with other values; `measurement` is the first on the ledger. */
  readonly differs?: true
}

/**
 * The reading of this device, second and id does not count since `recordedMinute`, or counts again (`restored`): the last word on the
 * ledger holds. It may arrive before the reading. `wordHash` (16 bits of its own id) makes it one word, however often it is written.
 */
export type DayRetraction = {
  readonly second: number
  readonly idHash: number
  readonly wordHash: number
  readonly restored: boolean
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
 * The readings of one patient in one UTC month: an index with the values, not a verdict (design, rule 2). Devices ascend by name.
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
