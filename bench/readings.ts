import type { FactOf } from '@cufflink/contracts'

/** From one reading of a patient to the next: four a day. */
export const STEP_MS = 6 * 3_600_000

/** The n-th reading of so many patients who measure four times a day each, in the order in which they would have come. */
export function benchReading(
  index: number,
  { patients, since }: { readonly patients: number; readonly since: number },
): FactOf<'reading.recorded'> {
  const number = index % patients
  const measuredAt = since + Math.floor(index / patients) * STEP_MS + number * 1_000
  return {
    id: `reading-${index}-of-the-benchmark`,
    type: 'reading.recorded',
    v: 1,
    tenant: 'bench',
    at: measuredAt + 3_000,
    by: `device:dev-${number}`,
    data: {
      patient: `p-${number}`,
      reading: {
        device: `dev-${number}`,
        measuredAt,
        gatewayReceivedAt: measuredAt + 3_000,
        clockQuality: 'synced',
        measurement: {
          kind: 'blood-pressure',
          systolicMmHg: 100 + (number % 60),
          diastolicMmHg: 78,
          pulsePerMin: 66,
        },
      },
    },
  }
}
