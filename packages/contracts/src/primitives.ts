import { type Static, Type } from 'typebox'
import { namePattern, textPattern } from './names.ts'

/** A practice, patient or user: lower-case letters, digits and hyphens, at most 63. Opaque; never a name. */
export const Slug = Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,62}$' })

/** A device's identity as its vendor prints it: an IMEI, a serial number, a MAC without separators. */
export const DeviceId = Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$' })

/** 2100-01-01: no fact is dated later. */
export const LAST_INSTANT_MS = 4_102_444_800_000

/** An instant: whole milliseconds since 1970-01-01T00:00:00Z, between 2000 and 2100. */
export const InstantMs = Type.Integer({ minimum: 946_684_800_000, maximum: LAST_INSTANT_MS })

/** An IANA time-zone name, such as `America/New_York`. That it exists is checked where it is entered. */
export const ZoneId = Type.String({ minLength: 1, maxLength: 64, pattern: '^[A-Za-z0-9_+/-]+$' })

/** `Bearer` of an action: `device:<id>`, `user:<slug>` or `service:<name>`. */
export const Actor = Type.String({ pattern: '^(device|user|service):[A-Za-z0-9_-]{1,64}$' })

/** A calendar date, ISO 8601: `2026-10-31`. In which zone is said where it is used. */
export const IsoDate = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' })

/** A calendar month, ISO 8601: `2026-10`. */
export const IsoMonth = Type.String({ pattern: '^\\d{4}-(0[1-9]|1[0-2])$' })

/** The name of a person, a practice: for people, never for a log, a key or an address. */
export const Name = Type.String({ minLength: 1, maxLength: 120 })

/** What a person types to name something, in a request. Facts are not held to it: those that were written before stay readable. */
export const typedName = (maxLength: number) => Type.String({ minLength: 1, maxLength, pattern: namePattern })
export const TypedName = typedName(120)

/** Why someone did a thing, in their words. */
export const Reason = Type.String({ minLength: 1, maxLength: 500 })

/** A reason, or another text of several lines, as a person types it in a request. As for names, facts are not held to it. */
export const TypedReason = Type.String({ minLength: 1, maxLength: 500, pattern: textPattern })
export const typedText = (maxLength: number) => Type.String({ maxLength, pattern: textPattern })

/** The care programs whose minutes and codes must not be mixed. */
export const Program = Type.Enum(['RPM', 'RTM', 'CCM', 'PCM', 'TCM', 'BHI', 'APCM'])
export type Program = Static<typeof Program>

/** No field that is not listed. */
export const strict = { additionalProperties: false } as const
