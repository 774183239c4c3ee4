import { type Static, Type } from 'typebox'
import { DeviceId, InstantMs, Slug } from './primitives.ts'

/** Who had a device, from `from` until `to` (exclusive; absent while it lasts). */
export const Assignment = Type.Object(
  { patient: Slug, from: InstantMs, to: Type.Optional(InstantMs) },
  { additionalProperties: false },
)
export type Assignment = Static<typeof Assignment>

/**
 * `device.registered`, version 1: the whole record of a device, superseding whatever was before.
 * `secretDigest` is SHA-256 of the device's random 256-bit secret, as 64 hexadecimal digits.
 */
export const DeviceRegistered = Type.Object(
  {
    device: DeviceId,
    model: Type.String({ minLength: 1, maxLength: 64 }),
    secretDigest: Type.String({ pattern: '^[0-9a-f]{64}$' }),
    status: Type.Enum(['active', 'revoked']),
    assignments: Type.Array(Assignment, { maxItems: 1000 }),
  },
  { additionalProperties: false, description: 'The whole record of a device, superseding the one before.' },
)
export type DeviceRecord = Static<typeof DeviceRegistered>

export const FactId = Type.String({ minLength: 1, maxLength: 128 })
/** The id of the fact whose record this one was made from; absent for the first of its name. */
export const Replaces = Type.Optional(FactId)

/** `device.registered`, version 2: counts only while the record that it replaces is the one that holds. */
export const DeviceRegisteredV2 = Type.Object(
  { ...DeviceRegistered.properties, replaces: Replaces },
  {
    additionalProperties: false,
    description: 'The whole record of a device, made from the one that it replaces.',
  },
)
