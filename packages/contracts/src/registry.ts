import { type Static, Type } from 'typebox'
import { DeviceId, InstantMs, Slug } from './primitives.ts'

/** Who had a device, from `from` until `to` (exclusive; absent while it lasts). */
export const Assignment = Type.Object(
  { patient: Slug, from: InstantMs, to: Type.Optional(InstantMs) },
  { additionalProperties: false },
)
export type Assignment = Static<typeof Assignment>

/**
 * `device.registered`, version 1: the whole record of a device, superseding the one before (the topic is compacted).
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
