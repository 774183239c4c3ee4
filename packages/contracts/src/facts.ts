import { type Static, type TSchema, Type } from 'typebox'
import { Compile, type Validator } from 'typebox/compile'
import * as claims from './claims.ts'
import * as enrolment from './enrolment.ts'
import { failure } from './errors.ts'
import * as interactions from './interactions.ts'
import * as notes from './notes.ts'
import * as people from './people.ts'
import { Actor, InstantMs, Slug } from './primitives.ts'
import * as readings from './readings.ts'
import { DeviceRegistered, DeviceRegisteredV2 } from './registry.ts'
import * as time from './time.ts'
import type { TopicName } from './topics.ts'

/**
 * The one envelope of every fact on the ledger.
 * `id` is deterministic where the sender may repeat itself · `at` the instant it was written, ms · `by` who caused it.
 */
const envelope = <Name extends string, Version extends number, Data extends TSchema>(
  type: Name,
  v: Version,
  data: Data,
) =>
  Type.Object(
    {
      id: Type.String({ minLength: 1, maxLength: 128 }),
      type: Type.Literal(type),
      v: Type.Literal(v),
      tenant: Slug,
      at: InstantMs,
      by: Actor,
      data,
    },
    { additionalProperties: false },
  )

const one = <Name extends string, Data extends TSchema>(type: Name, data: Data) =>
  [envelope(type, 1, data)] as const
const two = <Name extends string, First extends TSchema, Second extends TSchema>(
  type: Name,
  first: First,
  second: Second,
) => [envelope(type, 1, first), envelope(type, 2, second)] as const

const three = <Name extends string, First extends TSchema, Second extends TSchema, Third extends TSchema>(
  type: Name,
  first: First,
  second: Second,
  third: Third,
) => [...two(type, first, second), envelope(type, 3, third)] as const

/** What a fact is about: its ledger key. All facts of one key lie on one partition, in order. */
type KeyedBy = 'patient' | 'tenant' | 'device' | 'reading' | 'source' | 'user' | 'sign-out'

/** Every version of every fact ever written. A version is never edited or removed: a new one is added beside it. */
export const factSchemas = {
  'reading.recorded': of(
    'readings',
    'patient',
    two('reading.recorded', readings.ReadingRecorded, readings.ReadingRecordedV2),
  ),
  'reading.retracted': of('readings', 'patient', one('reading.retracted', readings.ReadingRetracted)),
  'reading.restored': of('readings', 'patient', one('reading.restored', readings.ReadingRestored)),
  'practice.opened': of(
    'activity',
    'tenant',
    two('practice.opened', enrolment.PracticeOpened, enrolment.PracticeOpenedV2),
  ),
  'practice.configured': of(
    'activity',
    'tenant',
    two('practice.configured', enrolment.PracticeConfigured, enrolment.PracticeConfiguredV2),
  ),
  'patient.enrolled': of(
    'activity',
    'patient',
    three(
      'patient.enrolled',
      enrolment.PatientEnrolled,
      enrolment.PatientEnrolledV2,
      enrolment.PatientEnrolledV3,
    ),
  ),
  'patient.moved': of('activity', 'patient', one('patient.moved', enrolment.PatientMoved)),
  'consent.recorded': of(
    'activity',
    'patient',
    two('consent.recorded', enrolment.ConsentRecorded, enrolment.ConsentRecordedV2),
  ),
  'consent.withdrawn': of('activity', 'patient', one('consent.withdrawn', enrolment.ConsentWithdrawn)),
  'order.recorded': of(
    'activity',
    'patient',
    two('order.recorded', enrolment.OrderRecorded, enrolment.OrderRecordedV2),
  ),
  'episode.opened': of('activity', 'patient', one('episode.opened', enrolment.EpisodeOpened)),
  'episode.closed': of(
    'activity',
    'patient',
    two('episode.closed', enrolment.EpisodeClosed, enrolment.EpisodeClosedV2),
  ),
  'set-up.done': of('activity', 'patient', one('set-up.done', enrolment.SetUpDone)),
  'visit.recorded': of('activity', 'patient', one('visit.recorded', enrolment.VisitRecorded)),
  'visit.voided': of('activity', 'patient', one('visit.voided', enrolment.VisitVoided)),
  'time.started': of('activity', 'patient', one('time.started', time.TimeStarted)),
  'time.extended': of('activity', 'patient', one('time.extended', time.TimeExtended)),
  'time.stopped': of('activity', 'patient', one('time.stopped', time.TimeStopped)),
  'time.entered': of('activity', 'patient', one('time.entered', time.TimeEntered)),
  'time.amended': of('activity', 'patient', one('time.amended', time.TimeAmended)),
  'time.voided': of('activity', 'patient', one('time.voided', time.TimeVoided)),
  'entry.proposed': of('activity', 'patient', one('entry.proposed', time.EntryProposed)),
  'entry.decided': of('activity', 'patient', one('entry.decided', time.EntryDecided)),
  'interaction.recorded': of(
    'activity',
    'patient',
    two('interaction.recorded', interactions.InteractionRecorded, interactions.InteractionRecordedV2),
  ),
  'interaction.voided': of('activity', 'patient', one('interaction.voided', interactions.InteractionVoided)),
  'note.written': of('activity', 'patient', one('note.written', notes.NoteWritten)),
  'note.amended': of('activity', 'patient', one('note.amended', notes.NoteAmended)),
  'claim.locked': of('activity', 'patient', two('claim.locked', claims.ClaimLocked, claims.ClaimLockedV2)),
  'claim.submitted': of('activity', 'patient', one('claim.submitted', claims.ClaimSubmitted)),
  'claim.unlocked': of('activity', 'patient', one('claim.unlocked', claims.ClaimUnlocked)),
  'claim.differs': of('activity', 'patient', one('claim.differs', claims.ClaimDiffers)),
  'claim.settled': of(
    'activity',
    'patient',
    two('claim.settled', claims.ClaimSettled, claims.ClaimSettledV2),
  ),
  'claim.decided': of(
    'activity',
    'patient',
    two('claim.decided', claims.ClaimDecided, claims.ClaimDecidedV2),
  ),
  'month.closed': of('activity', 'tenant', one('month.closed', claims.MonthClosed)),
  'credential.changed': of('activity', 'tenant', one('credential.changed', people.CredentialChanged)),
  'device.registered': of(
    'registry',
    'device',
    two('device.registered', DeviceRegistered, DeviceRegisteredV2),
  ),
  'user.registered': of(
    'registry',
    'user',
    two('user.registered', people.UserRegistered, people.UserRegisteredV2),
  ),
  'user.signed-out': of('registry', 'sign-out', one('user.signed-out', people.UserSignedOut)),
  'reading.parked': of(
    'unassigned',
    'reading',
    two('reading.parked', readings.ReadingParked, readings.ReadingParkedV2),
  ),
  'reading.placed': of('unassigned', 'device', one('reading.placed', readings.ReadingPlaced)),
  'reading.dismissed': of('unassigned', 'device', one('reading.dismissed', readings.ReadingDismissed)),
  'payload.rejected': of(
    'rejected',
    'source',
    two('payload.rejected', readings.PayloadRejected, readings.PayloadRejectedV2),
  ),
} as const satisfies Record<string, { topic: TopicName; keyedBy: KeyedBy; versions: readonly TSchema[] }>

function of<Topic extends TopicName, Keyed extends KeyedBy, Versions extends readonly TSchema[]>(
  topic: Topic,
  keyedBy: Keyed,
  versions: Versions,
): { readonly topic: Topic; readonly keyedBy: Keyed; readonly versions: Versions } {
  return { topic, keyedBy, versions }
}

export type FactType = keyof typeof factSchemas
export type FactOf<Name extends FactType> = Static<(typeof factSchemas)[Name]['versions'][number]>
export type ReadingFact =
  | FactOf<'reading.recorded'>
  | FactOf<'reading.retracted'>
  | FactOf<'reading.restored'>
/** A fact of the topic `activity`. */
export type ActivityFact = {
  [Name in FactType]: (typeof factSchemas)[Name]['topic'] extends 'activity' ? FactOf<Name> : never
}[FactType]
export type TimeFact =
  | FactOf<'time.started'>
  | FactOf<'time.extended'>
  | FactOf<'time.stopped'>
  | FactOf<'time.entered'>
  | FactOf<'time.amended'>
  | FactOf<'time.voided'>
/** What the minutes of a patient are folded from. */
export type MinutesFact = TimeFact | FactOf<'interaction.recorded'> | FactOf<'interaction.voided'>
export type Fact = { [Name in FactType]: FactOf<Name> }[FactType]

const validators: ReadonlyMap<string, readonly Validator[]> = new Map(
  Object.entries(factSchemas).map(([type, { versions }]) => [
    type,
    versions.map((schema: TSchema) => Compile(schema)),
  ]),
)

/**
 * A fact from the text of a ledger record.
 * @throws {CufflinkError} FACT_UNREADABLE when it is no JSON, of an unknown type or version, or not of its schema.
 *   The error names neither the text nor a value of it.
 */
export function decodeFact(text: string): Fact {
  let candidate: unknown
  try {
    candidate = JSON.parse(text)
  } catch {
    throw failure('FACT_UNREADABLE')
  }
  if (!isFact(candidate)) throw failure('FACT_UNREADABLE')
  return candidate
}

/** Whether a value is a fact of a known type and version. */
export function isFact(candidate: unknown): candidate is Fact {
  if (typeof candidate !== 'object' || candidate === null || !('type' in candidate) || !('v' in candidate))
    return false
  const { type, v } = candidate
  if (typeof type !== 'string' || typeof v !== 'number') return false
  return validators.get(type)?.[v - 1]?.Check(candidate) ?? false
}

/** The topic a fact belongs to. */
export const topicOf = (type: FactType): TopicName => factSchemas[type].topic

type Subject = { patient: string; device: string; source: string; user: string; reading: { device: string } }

/**
 * The ledger key of a fact: all facts of one key lie on one partition, in order.
 * Units: `tenant/patient` or the tenant for readings and activity, the device or `user/…` for the registry, the device for
 * unassigned, the source for rejected. A record of the registry since version 2 has its id after a `#`: it shares the partition of the
 * others of its name, but not their key, so that compaction takes none of them away.
 */
export function keyOf(fact: Fact): string {
  const subject = subjectOf(fact)
  const ofItsOwn = (fact.type === 'device.registered' || fact.type === 'user.registered') && fact.v > 1
  return ofItsOwn ? `${subject}#${fact.id}` : subject
}

function subjectOf({ type, tenant, data }: Fact): string {
  // Which of these a fact's data has is what its row of the table says.
  const subject = data as unknown as Subject
  const { keyedBy } = factSchemas[type]
  switch (keyedBy) {
    case 'patient':
      return patientKey(tenant, subject.patient)
    case 'tenant':
      return tenant
    case 'device':
      return subject.device
    case 'reading':
      return subject.reading.device
    case 'source':
      return subject.source
    case 'user':
      return `user/${subject.user}`
    case 'sign-out':
      return `sign-out/${subject.user}`
    default:
      return assertNever(keyedBy)
  }
}

/** The key of a patient on the ledger and in the views. */
export const patientKey = (tenant: string, patient: string): string => `${tenant}/${patient}`

/** Closes a switch over a union: a new member is a type error here. */
export function assertNever(value: never): never {
  throw failure('INTERNAL', { cause: new Error(`unhandled ${String((value as { type?: string }).type)}`) })
}
