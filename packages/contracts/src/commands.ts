import { type Static, Type } from 'typebox'
import { DeviceId, InstantMs, Slug, ZoneId } from './primitives.ts'

const strict = { additionalProperties: false }
const Name = Type.String({ minLength: 1, maxLength: 120 })

/** `PUT /api/practices/:practice`: opens a practice, or corrects its name or zone. */
export const OpenPractice = Type.Object({ name: Name, zone: ZoneId }, strict)
export type OpenPractice = Static<typeof OpenPractice>

/** `PUT /api/practices/:practice/patients/:patient`: enrols a patient, or corrects the name, zone or beginning. */
export const EnrolPatient = Type.Object(
  { name: Name, zone: ZoneId, enrolledAt: Type.Optional(InstantMs) },
  strict,
)
export type EnrolPatient = Static<typeof EnrolPatient>

/** `POST /api/practices/:practice/devices`: registers a device; the answer holds its secret, once. */
export const RegisterDevice = Type.Object(
  { device: DeviceId, model: Type.String({ minLength: 1, maxLength: 64 }), patient: Type.Optional(Slug) },
  strict,
)
export type RegisterDevice = Static<typeof RegisterDevice>

/** `PUT /api/practices/:practice/devices/:device/patient`: gives the device to a patient from an instant on. */
export const AssignDevice = Type.Object({ patient: Slug, from: Type.Optional(InstantMs) }, strict)
export type AssignDevice = Static<typeof AssignDevice>

/** The answer to `RegisterDevice`. The secret is shown this once; the ledger keeps only its digest. */
export const DeviceSecret = Type.Object({ device: DeviceId, secret: Type.String() }, strict)
export type DeviceSecret = Static<typeof DeviceSecret>
