import { type Static, Type } from 'typebox'
import { DeviceId, InstantMs, Slug } from './primitives.ts'

/**
 * How far a reading's instant can be believed.
 * `synced`: the device's clock was right · `offset`: corrected by a known offset · `estimated`: the device says it
 * guessed · `receipt`: the device had no clock, the instant is the gateway's.
 */
export const ClockQuality = Type.Enum(['synced', 'offset', 'estimated', 'receipt'])
export type ClockQuality = Static<typeof ClockQuality>

const BloodPressure = Type.Object(
  {
    kind: Type.Literal('blood-pressure'),
    systolicMmHg: Type.Integer({ minimum: 30, maximum: 300 }),
    diastolicMmHg: Type.Integer({ minimum: 15, maximum: 200 }),
    pulsePerMin: Type.Optional(Type.Integer({ minimum: 20, maximum: 300 })),
    irregularPulse: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
)

const BodyWeight = Type.Object(
  { kind: Type.Literal('body-weight'), weightKg: Type.Number({ minimum: 1, maximum: 500 }) },
  { additionalProperties: false },
)

const BloodGlucose = Type.Object(
  {
    kind: Type.Literal('blood-glucose'),
    glucoseMgPerDl: Type.Number({ minimum: 10, maximum: 1000 }),
    meal: Type.Optional(Type.Enum(['before', 'after', 'fasting', 'bedtime'])),
  },
  { additionalProperties: false },
)

/** What was measured: one of the kinds, each with its units in its names. Ranges are the plausible ones, not the healthy. */
export const Measurement = Type.Union([BloodPressure, BodyWeight, BloodGlucose])
export type Measurement = Static<typeof Measurement>

/** A reading as a device's decoder gives it: no patient yet. The three instants of design rule 2. */
export const Reading = Type.Object(
  {
    device: DeviceId,
    measuredAt: InstantMs,
    vendorReceivedAt: Type.Optional(InstantMs),
    gatewayReceivedAt: InstantMs,
    clockQuality: ClockQuality,
    userSlot: Type.Optional(Type.Integer({ minimum: 0, maximum: 255 })),
    measurement: Measurement,
  },
  { additionalProperties: false },
)
export type Reading = Static<typeof Reading>

/** `reading.recorded`, version 1: a reading of the patient who had the device when it was measured. */
export const ReadingRecorded = Type.Object(
  { patient: Slug, reading: Reading },
  {
    additionalProperties: false,
    description: 'A reading of the patient who had the device when it was measured.',
  },
)

/** `reading.retracted`, version 1: the named reading does not count. It stays on the ledger. */
export const ReadingRetracted = Type.Object(
  {
    patient: Slug,
    device: DeviceId,
    measuredAt: InstantMs,
    readingId: Type.String({ minLength: 1, maxLength: 128 }),
    reason: Type.String({ minLength: 1, maxLength: 500 }),
  },
  { additionalProperties: false, description: 'The named reading does not count; it stays on the ledger.' },
)

/** `reading.parked`, version 1: a reading of a known device that had no patient when it was measured. */
export const ReadingParked = Type.Object(
  { reading: Reading },
  { additionalProperties: false, description: 'A reading of a known device with no patient at its instant.' },
)

/** `reading.placed`, version 1: the parked reading of that id is on `readings` now, as its patient's. */
export const ReadingPlaced = Type.Object(
  { device: DeviceId, readingId: Type.String({ minLength: 1, maxLength: 128 }) },
  {
    additionalProperties: false,
    description: 'A parked reading found its patient and is on `readings` now.',
  },
)

/** `payload.rejected`, version 1: bytes that are no reading, kept whole so that they can be replayed after a fix. */
export const PayloadRejected = Type.Object(
  {
    source: DeviceId,
    path: Type.String({ maxLength: 256, description: 'The MQTT topic or HTTP path it came by' }),
    code: Type.String({ pattern: '^[A-Z_]+$', description: 'A code of the error table' }),
    receivedAt: InstantMs,
    payloadBase64: Type.String(),
  },
  {
    additionalProperties: false,
    description: 'Bytes that are no reading, kept whole for replay after a fix.',
  },
)
