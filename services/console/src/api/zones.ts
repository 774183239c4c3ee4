import { failure } from '@cufflink/contracts'
import { localDate } from '@cufflink/folds'

/** @throws {CufflinkError} ZONE_UNKNOWN when it is no name of the IANA database. */
export function requireZone(zone: string): void {
  // A fixed offset is understood as well, and would be wrong half the year.
  if (!/^[A-Za-z]/.test(zone)) throw failure('ZONE_UNKNOWN')
  try {
    localDate(0, zone)
  } catch {
    throw failure('ZONE_UNKNOWN')
  }
}
