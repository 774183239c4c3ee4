import { type Static, Type } from 'typebox'
import { InstantMs, Name, Reason, Slug, strict } from './primitives.ts'
import { Replaces } from './registry.ts'

/** What a person may do. `ops` sees how the machines do and no patient. */
export const Role = Type.Enum(['clinician', 'biller', 'ops', 'administrator'])
export type Role = Static<typeof Role>

/**
 * `user.registered`, version 1: a person's whole account in one practice, superseding the one before. `credential` is a name of
 * the rule set's table, such as `clinical-staff`. `passwordHash` is argon2id in the PHC string format.
 */
export const UserRegistered = Type.Object(
  {
    user: Slug,
    name: Name,
    roles: Type.Array(Role, { minItems: 1, maxItems: 4, uniqueItems: true }),
    credential: Type.Optional(Slug),
    status: Type.Enum(['active', 'disabled']),
    passwordHash: Type.String({ pattern: '^\\$argon2id\\$', maxLength: 256 }),
  },
  { ...strict, description: 'The whole account of a person, superseding the one before.' },
)
export type UserRecord = Static<typeof UserRegistered>

/** `user.registered`, version 2: counts only while the record that it replaces is the one that holds. */
export const UserRegisteredV2 = Type.Object(
  { ...UserRegistered.properties, replaces: Replaces },
  { ...strict, description: 'The whole account of a person, made from the one that it replaces.' },
)

/** `user.signed-out`, version 1: every session of the person that began before `signedOutAt` has ended. */
export const UserSignedOut = Type.Object(
  { user: Slug, signedOutAt: InstantMs },
  { ...strict, description: 'Every session of the person that began before has ended.' },
)

/**
 * `credential.changed`, version 1: from an instant on a person has this credential, or none; `before` is what they had until then,
 * for all time before the first change. A service counts by the credential of its own time.
 */
export const CredentialChanged = Type.Object(
  {
    user: Slug,
    from: InstantMs,
    credential: Type.Optional(Slug),
    before: Type.Optional(Slug),
    reason: Reason,
  },
  { ...strict, description: 'From an instant on a person has another credential.' },
)
