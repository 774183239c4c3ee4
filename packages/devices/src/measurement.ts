import type { ErrorCode, Measurement } from '@cufflink/contracts'

/** The fields of a reading in the native format, as JSON gives them. */
export type Fields = Readonly<Record<string, unknown>>

/** A measurement and how many of the fields it took, or why there is none. */
export type Measured = { readonly measurement: Measurement; readonly taken: number } | ErrorCode

/**
 * The measurement of each kind. Hand-made rather than compiled from the schema, because it says which of two things is
 * wrong (a shape nobody knows, or a value no body has) and takes a tenth of a microsecond; a test holds it to the schema.
 */
export const measurementOf = (fields: Fields): Measured => {
  switch (fields['kind']) {
    case 'blood-pressure':
      return bloodPressure(fields)
    case 'body-weight':
      return bodyWeight(fields)
    case 'blood-glucose':
      return bloodGlucose(fields)
    default:
      return 'PAYLOAD_UNKNOWN'
  }
}

function bloodPressure({ systolicMmHg, diastolicMmHg, pulsePerMin, irregularPulse }: Fields): Measured {
  if (typeof systolicMmHg !== 'number' || typeof diastolicMmHg !== 'number') return 'PAYLOAD_UNKNOWN'
  if (pulsePerMin !== undefined && typeof pulsePerMin !== 'number') return 'PAYLOAD_UNKNOWN'
  if (irregularPulse !== undefined && typeof irregularPulse !== 'boolean') return 'PAYLOAD_UNKNOWN'
  const plausible =
    within(systolicMmHg, 30, 300) &&
    within(diastolicMmHg, 15, 200) &&
    diastolicMmHg < systolicMmHg &&
    (pulsePerMin === undefined || within(pulsePerMin, 20, 300))
  if (!plausible) return 'READING_IMPLAUSIBLE'
  if (!whole(systolicMmHg) || !whole(diastolicMmHg) || !whole(pulsePerMin ?? 0)) return 'PAYLOAD_UNKNOWN'
  const measurement: Measurement = { kind: 'blood-pressure', systolicMmHg, diastolicMmHg }
  let taken = 3
  if (pulsePerMin !== undefined) {
    measurement.pulsePerMin = pulsePerMin
    taken++
  }
  if (irregularPulse !== undefined) {
    measurement.irregularPulse = irregularPulse
    taken++
  }
  return { measurement, taken }
}

function bodyWeight({ weightKg }: Fields): Measured {
  if (typeof weightKg !== 'number') return 'PAYLOAD_UNKNOWN'
  if (!within(weightKg, 1, 500)) return 'READING_IMPLAUSIBLE'
  return { measurement: { kind: 'body-weight', weightKg }, taken: 2 }
}

function bloodGlucose({ glucoseMgPerDl, meal }: Fields): Measured {
  if (typeof glucoseMgPerDl !== 'number') return 'PAYLOAD_UNKNOWN'
  if (!within(glucoseMgPerDl, 10, 1000)) return 'READING_IMPLAUSIBLE'
  if (meal === undefined) return { measurement: { kind: 'blood-glucose', glucoseMgPerDl }, taken: 2 }
  if (!isMeal(meal)) return 'PAYLOAD_UNKNOWN'
  return { measurement: { kind: 'blood-glucose', glucoseMgPerDl, meal }, taken: 3 }
}

type Meal = NonNullable<Extract<Measurement, { kind: 'blood-glucose' }>['meal']>
const isMeal = (value: unknown): value is Meal =>
  value === 'before' || value === 'after' || value === 'fasting' || value === 'bedtime'

const within = (value: number, minimum: number, maximum: number): boolean =>
  value >= minimum && value <= maximum
const whole = (value: number): boolean => Number.isInteger(value)
