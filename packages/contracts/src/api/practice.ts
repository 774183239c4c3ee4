import { type Static, Type } from 'typebox'
import { PracticeConfigured } from '../enrolment.ts'
import { CodeLine } from '../live/lines.ts'
import { Role } from '../people.ts'
import {
  DeviceId,
  InstantMs,
  IsoDate,
  Name,
  Program,
  Slug,
  strict,
  TypedName,
  TypedReason,
  typedName,
  ZoneId,
} from '../primitives.ts'
import { Password } from './session.ts'
import { acknowledgeLocked } from './work.ts'

export const PracticeList = Type.Object(
  { practices: Type.Array(Type.Object({ id: Slug, name: Name, zone: ZoneId }, strict)) },
  strict,
)
export type PracticeList = Static<typeof PracticeList>

/** Without it nothing is saved that would change lines: the answer says which. */
const confirm = Type.Optional(Type.Literal(true))
const Units = Type.Integer({ minimum: 0 })
/** A line that would have other units; `locked` ones go to the queue of late changes. */
const LineEffect = Type.Object(
  {
    patient: Slug,
    name: Name,
    code: CodeLine.properties.code,
    from: IsoDate,
    to: IsoDate,
    unitsNow: Units,
    unitsThen: Units,
    locked: Type.Boolean(),
  },
  strict,
)
/**
 * Of a change that reaches lines of the past: whether it is saved, and what it changes. `failed`: patients who cannot be evaluated, so
 * that what would change of theirs is not known.
 */
export const ChangeEffects = Type.Object(
  { saved: Type.Boolean(), changes: Type.Array(LineEffect), failed: Type.Array(Slug) },
  strict,
)

/** What is not said of a practice that is known stays. A new one needs both. Another zone moves where every month begins and ends. */
export const OpenPractice = Type.Object(
  { name: Type.Optional(TypedName), zone: Type.Optional(ZoneId), confirm },
  strict,
)
/** What is not said stays. */
export const ConfigurePractice = Type.Partial(PracticeConfigured, strict)

const roles = Type.Array(Role, { minItems: 1, maxItems: 4, uniqueItems: true })
const Credential = Type.Optional(Slug)

/** A new person needs a password; of a known one the password stays when none is given. */
export const RegisterUser = Type.Object(
  {
    name: TypedName,
    roles,
    credential: Credential,
    status: Type.Optional(Type.Enum(['active', 'disabled'])),
    password: Type.Optional(Password),
  },
  strict,
)

export const UserList = Type.Object(
  {
    users: Type.Array(
      Type.Object(
        {
          user: Slug,
          name: Name,
          roles,
          credential: Credential,
          status: Type.Enum(['active', 'disabled']),
          /** Since the account was last signed in to, as far as the console that answers saw it. */
          wrongPasswords: Type.Optional(
            Type.Object({ count: Type.Integer({ minimum: 1 }), lastAt: InstantMs }, strict),
          ),
        },
        strict,
      ),
    ),
  },
  strict,
)

/** What is not said of a patient who is known stays. A new one needs a name and a zone. */
export const EnrolPatient = Type.Object(
  {
    name: Type.Optional(TypedName),
    zone: Type.Optional(ZoneId),
    enrolledAt: Type.Optional(InstantMs),
    programs: Type.Optional(Type.Array(Program, { minItems: 1, maxItems: 7, uniqueItems: true })),
    condition: Type.Optional(Slug),
    payer: Type.Optional(Slug),
    established: Type.Optional(Type.Boolean()),
    acknowledgeLocked,
  },
  strict,
)

export const RegisterDevice = Type.Object(
  { device: DeviceId, model: typedName(64), patient: Type.Optional(Slug) },
  strict,
)
/** `move`: also from another patient who has it at that instant or later; the readings since then go with it. */
export const AssignDevice = Type.Object(
  { patient: Slug, from: Type.Optional(InstantMs), move: Type.Optional(Type.Boolean()), acknowledgeLocked },
  strict,
)

/** `through` is that of the operations page; when absent, all that wait as the request comes in are meant. */
export const DismissReadings = Type.Object(
  { reason: TypedReason, through: Type.Optional(Type.Integer({ minimum: 0 })) },
  strict,
)

/** The secret is shown this once; the ledger keeps only its digest. */
export const DeviceSecret = Type.Object({ device: DeviceId, secret: Type.String() }, strict)
export type DeviceSecret = Static<typeof DeviceSecret>

/** `from` is now when absent. An instant in the past changes what was counted. */
export const ChangeCredential = Type.Object(
  { credential: Slug, from: Type.Optional(InstantMs), reason: TypedReason, confirm },
  strict,
)
