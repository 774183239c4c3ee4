import { type Static, Type } from 'typebox'
import { DeviceId, InstantMs, Reason, Slug, strict } from './primitives.ts'

/** The last instant that JavaScript can tell. */
const LAST_TIME_MS = 8_640_000_000_000_000

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

const readingFields = {
  device: DeviceId,
  measuredAt: InstantMs,
  vendorReceivedAt: Type.Optional(InstantMs),
  gatewayReceivedAt: InstantMs,
  clockQuality: ClockQuality,
  userSlot: Type.Optional(Type.Integer({ minimum: 0, maximum: 255 })),
  measurement: Measurement,
}

/** Any instant that a clock can show: one that was never set shows the day it was made for. */
export const DeviceTime = Type.Integer({
  minimum: -LAST_TIME_MS,
  maximum: LAST_TIME_MS,
  description: 'What the device’s clock showed, ms since 1970, where it was not believed',
})

const ReadingV1 = Type.Object(readingFields, strict)

/** A reading as a device's decoder gives it: no patient yet. The three instants of design rule 2. */
export const Reading = Type.Object(
  {
    ...readingFields,
    recordId: Type.Optional(
      Type.String({ minLength: 1, maxLength: 60, description: 'The device’s own name for the reading' }),
    ),
    deviceTime: Type.Optional(DeviceTime),
  },
  strict,
)
export type Reading = Static<typeof Reading>

const recordedWords = 'A reading of the patient who had the device when it was measured.'
const parkedWords = 'A reading of a known device with no patient at its instant.'
const rejectedWords = 'Bytes that are no reading, kept whole for replay after a fix.'

/** `reading.recorded`, version 1: a reading of the patient who had the device when it was measured. */
export const ReadingRecorded = Type.Object(
  { patient: Slug, reading: ReadingV1 },
  { additionalProperties: false, description: recordedWords },
)

/** `reading.recorded`, version 2: also the device's own name for it, and what a clock showed that was not believed. */
export const ReadingRecordedV2 = Type.Object(
  { patient: Slug, reading: Reading },
  { additionalProperties: false, description: recordedWords },
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

/** `reading.restored`, version 1: the named reading, which was retracted, counts again. */
export const ReadingRestored = Type.Object(ReadingRetracted.properties, {
  additionalProperties: false,
  description: 'The named reading, which was retracted, counts again.',
})

/** `reading.parked`, version 1: a reading of a known device that had no patient when it was measured. */
export const ReadingParked = Type.Object(
  { reading: ReadingV1 },
  { additionalProperties: false, description: parkedWords },
)

/** `reading.parked`, version 2: as version 2 of `reading.recorded`. */
export const ReadingParkedV2 = Type.Object(
  { reading: Reading },
  { additionalProperties: false, description: parkedWords },
)

/** `reading.placed`, version 1: the parked reading of that id is on `readings` now, as its patient's. */
export const ReadingPlaced = Type.Object(
  { device: DeviceId, readingId: Type.String({ minLength: 1, maxLength: 128 }) },
  {
    additionalProperties: false,
    description: 'A parked reading found its patient and is on `readings` now.',
  },
)

/**
 * `reading.dismissed`, version 1: a person said of the parked readings of a device that they are no patient's, as those of a test device. It
 * is about those that lie before it and no later than `through` on their partition, so that none is meant that the person had not seen,
 * however often it is written. They stay on the ledger, and an assignment that covers them later places them all the same.
 */
export const ReadingDismissed = Type.Object(
  {
    device: DeviceId,
    through: Type.Integer({ minimum: 0, description: 'The ledger offset of the last one that is meant' }),
    reason: Reason,
  },
  {
    additionalProperties: false,
    description: 'The parked readings of a device are no patient’s, said a person.',
  },
)

const Code = Type.String({ pattern: '^[A-Z_]+$', description: 'A code of the error table' })
const rejectedFields = {
  source: DeviceId,
  path: Type.String({ maxLength: 256, description: 'The MQTT topic or HTTP path it came by' }),
  code: Code,
  receivedAt: InstantMs,
  payloadBase64: Type.String(),
}

/** `payload.rejected`, version 1: bytes that are no reading, kept whole so that they can be replayed after a fix. */
export const PayloadRejected = Type.Object(rejectedFields, {
  additionalProperties: false,
  description: rejectedWords,
})

/** `payload.rejected`, version 2: of a batch also which of its readings, counted from 0; the others were recorded. */
export const PayloadRejectedV2 = Type.Object(
  {
    ...rejectedFields,
    items: Type.Optional(
      Type.Array(Type.Object({ index: Type.Integer({ minimum: 0 }), code: Code }, strict), {
        minItems: 1,
        maxItems: 1000,
      }),
    ),
  },
  { additionalProperties: false, description: rejectedWords },
)
