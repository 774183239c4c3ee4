import type { ErrorCode, Measurement } from '@cufflink/contracts'

/** The fields of a reading in the native format, as JSON gives them. */
export type Fields = Readonly<Record<string, unknown>>

/** A measurement and how many of the fields it took, or why there is none. */
export type Measured = { readonly measurement: Measurement; readonly taken: number } | ErrorCode

/**
 * The measurement of each kind. Hand-made rather than compiled from the schema, because it says which of two things is
 * wrong (a shape no one knows, or a value no body has) and takes a tenth of a microsecond; a test holds it to the schema.
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

function bloodPressure(fields: Fields): Measured {
  const systolicMmHg = numberOf(fields['systolicMmHg'])
  const diastolicMmHg = numberOf(fields['diastolicMmHg'])
  const pulsePerMin = numberOf(fields['pulsePerMin'])
  const irregularPulse = fields['irregularPulse'] ?? undefined
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

function bodyWeight(fields: Fields): Measured {
  const weightKg = numberOf(fields['weightKg'])
  if (typeof weightKg !== 'number') return 'PAYLOAD_UNKNOWN'
  if (!within(weightKg, 1, 500)) return 'READING_IMPLAUSIBLE'
  return { measurement: { kind: 'body-weight', weightKg }, taken: 2 }
}

/** No meter shows less: what is below was measured in mmol/L. */
const LEAST_MG_PER_DL = 20
/** Meters show mg/dL as whole numbers and mmol/L with a tenth, to 33.3 at most: a tenth below this is mmol/L as well. */
const TENTHS_BELOW = 34

function bloodGlucose(fields: Fields): Measured {
  const glucoseMgPerDl = numberOf(fields['glucoseMgPerDl'])
  const meal = fields['meal'] ?? undefined
  if (typeof glucoseMgPerDl !== 'number') return 'PAYLOAD_UNKNOWN'
  const inMmol = glucoseMgPerDl < TENTHS_BELOW && !whole(glucoseMgPerDl)
  if (inMmol || !within(glucoseMgPerDl, LEAST_MG_PER_DL, 1000)) return 'READING_IMPLAUSIBLE'
  if (meal === undefined) return { measurement: { kind: 'blood-glucose', glucoseMgPerDl }, taken: 2 }
  if (!isMeal(meal)) return 'PAYLOAD_UNKNOWN'
  return { measurement: { kind: 'blood-glucose', glucoseMgPerDl, meal }, taken: 3 }
}

const decimal = /^\d{1,6}(?:\.\d{1,6})?$/

/** A number, also one that is written as text without a sign, an exponent or a comma; null is nothing; all else comes back as it is. */
export const numberOf = (value: unknown): unknown =>
  typeof value === 'string' && decimal.test(value) ? Number(value) : (value ?? undefined)

type Meal = NonNullable<Extract<Measurement, { kind: 'blood-glucose' }>['meal']>
const isMeal = (value: unknown): value is Meal =>
  value === 'before' || value === 'after' || value === 'fasting' || value === 'bedtime'

const within = (value: number, minimum: number, maximum: number): boolean =>
  value >= minimum && value <= maximum
const whole = (value: number): boolean => Number.isInteger(value)
