import { type Static, Type } from 'typebox'
import { Role } from '../people.ts'
import { Name, Slug, strict, ZoneId } from '../primitives.ts'

/** At least ten characters (NIST SP 800-63B asks for eight); a long one is cut nowhere. */
export const Password = Type.String({ minLength: 10, maxLength: 200 })

export const SignIn = Type.Object(
  { user: Slug, password: Type.String({ minLength: 1, maxLength: 200 }) },
  strict,
)
export const ChangePassword = Type.Object(
  { current: Type.String({ maxLength: 200 }), next: Password },
  strict,
)

/** Who is signed in, and where. */
export const Session = Type.Object(
  {
    user: Slug,
    name: Name,
    roles: Type.Array(Role),
    practice: Type.Object({ id: Slug, name: Name, zone: ZoneId }, strict),
  },
  strict,
)
export type Session = Static<typeof Session>
