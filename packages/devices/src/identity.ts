import { assertNever, type Measurement, type Reading } from '@cufflink/contracts'

/** Every zone's midnight is a multiple of this, so that no two local dates share a window. */
const RECEIPT_WINDOW_MS = 15 * 60_000

/**
 * The canonical text of a reading, whose digest is the reading's id, so that a reading sent again is the same reading. It is the
 * device's own name for the reading; where there is none, what the device said, and nothing of how the reading came in:
 *
 *     device|when|user slot|kind|values
 *
 * **When the device told no time** (`receipt`), nothing it said tells a reading sent again from a second one with equal
 * values, so one of two mistakes must be possible:
 *
 * - a second reading taken for a copy. Within a local date this changes no data-day; over a midnight it would lose one.
 * - a copy taken for a second reading. On one date this changes no data-day; over a midnight it adds one.
 *
 * The instant of receipt, cut down to a quarter of an hour, rules out the first over a midnight, for every zone lies a
 * multiple of 15 minutes from UTC: a data-day is never lost. It rules out the second but for a copy that straddles the
 * end of a window *and* a midnight. Copies come within seconds (no PUBACK, connect, send again), so that a window of a
 * quarter of an hour catches nearly all, and a longer one would win little and swallow true readings: two weighings with
 * the same result. What remains bears `clockQuality: 'receipt'` for all to see, and a device cures it with a `recordId`.
 */
export function readingIdentity(reading: Reading): string {
  if (reading.recordId !== undefined) return `${reading.device}\n${reading.recordId}`
  return `${reading.device}|${whenOf(reading)}|${contentOf(reading)}`
}

/** What a reading says besides its time: two of one device that agree in it may be one that was sent again. */
export const contentOf = ({ userSlot, measurement }: Reading): string =>
  `${userSlot ?? ''}|${valuesOf(measurement)}`

const whenOf = ({ clockQuality, measuredAt, deviceTime }: Reading): string =>
  clockQuality === 'receipt'
    ? `r${Math.floor(measuredAt / RECEIPT_WINDOW_MS)}`
    : `${deviceTime ?? measuredAt}`

function valuesOf(measurement: Measurement): string {
  switch (measurement.kind) {
    case 'blood-pressure': {
      const { systolicMmHg, diastolicMmHg, pulsePerMin, irregularPulse } = measurement
      return `blood-pressure|${systolicMmHg}|${diastolicMmHg}|${pulsePerMin ?? ''}|${irregularPulse ?? ''}`
    }
    case 'body-weight':
      return `body-weight|${measurement.weightKg}`
    case 'blood-glucose':
      return `blood-glucose|${measurement.glucoseMgPerDl}|${measurement.meal ?? ''}`
    default:
      return assertNever(measurement)
  }
}
