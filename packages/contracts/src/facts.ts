import { type Static, type TSchema, Type } from 'typebox'
import { Compile, type Validator } from 'typebox/compile'
import * as activity from './activity.ts'
import { failure } from './errors.ts'
import { Actor, InstantMs, Slug } from './primitives.ts'
import {
  PayloadRejected,
  ReadingParked,
  ReadingPlaced,
  ReadingRecorded,
  ReadingRetracted,
} from './readings.ts'
import { DeviceRegistered } from './registry.ts'
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

/** Every version of every fact ever written. A version is never edited or removed: a new one is added beside it. */
export const factSchemas = {
  'reading.recorded': { topic: 'readings', versions: [envelope('reading.recorded', 1, ReadingRecorded)] },
  'reading.retracted': { topic: 'readings', versions: [envelope('reading.retracted', 1, ReadingRetracted)] },
  'practice.opened': {
    topic: 'activity',
    versions: [envelope('practice.opened', 1, activity.PracticeOpened)],
  },
  'patient.enrolled': {
    topic: 'activity',
    versions: [envelope('patient.enrolled', 1, activity.PatientEnrolled)],
  },
  'consent.recorded': {
    topic: 'activity',
    versions: [envelope('consent.recorded', 1, activity.ConsentRecorded)],
  },
  'consent.withdrawn': {
    topic: 'activity',
    versions: [envelope('consent.withdrawn', 1, activity.ConsentWithdrawn)],
  },
  'order.recorded': { topic: 'activity', versions: [envelope('order.recorded', 1, activity.OrderRecorded)] },
  'episode.opened': { topic: 'activity', versions: [envelope('episode.opened', 1, activity.EpisodeOpened)] },
  'episode.closed': { topic: 'activity', versions: [envelope('episode.closed', 1, activity.EpisodeClosed)] },
  'patient.moved': { topic: 'activity', versions: [envelope('patient.moved', 1, activity.PatientMoved)] },
  'time.started': { topic: 'activity', versions: [envelope('time.started', 1, activity.TimeStarted)] },
  'time.extended': { topic: 'activity', versions: [envelope('time.extended', 1, activity.TimeExtended)] },
  'time.stopped': { topic: 'activity', versions: [envelope('time.stopped', 1, activity.TimeStopped)] },
  'time.entered': { topic: 'activity', versions: [envelope('time.entered', 1, activity.TimeEntered)] },
  'time.amended': { topic: 'activity', versions: [envelope('time.amended', 1, activity.TimeAmended)] },
  'time.voided': { topic: 'activity', versions: [envelope('time.voided', 1, activity.TimeVoided)] },
  'interaction.recorded': {
    topic: 'activity',
    versions: [envelope('interaction.recorded', 1, activity.InteractionRecorded)],
  },
  'interaction.voided': {
    topic: 'activity',
    versions: [envelope('interaction.voided', 1, activity.InteractionVoided)],
  },
  'visit.recorded': { topic: 'activity', versions: [envelope('visit.recorded', 1, activity.VisitRecorded)] },
  'visit.voided': { topic: 'activity', versions: [envelope('visit.voided', 1, activity.VisitVoided)] },
  'claim.locked': { topic: 'activity', versions: [envelope('claim.locked', 1, activity.ClaimLocked)] },
  'claim.differs': { topic: 'activity', versions: [envelope('claim.differs', 1, activity.ClaimDiffers)] },
  'device.registered': { topic: 'registry', versions: [envelope('device.registered', 1, DeviceRegistered)] },
  'reading.parked': { topic: 'unassigned', versions: [envelope('reading.parked', 1, ReadingParked)] },
  'reading.placed': { topic: 'unassigned', versions: [envelope('reading.placed', 1, ReadingPlaced)] },
  'payload.rejected': { topic: 'rejected', versions: [envelope('payload.rejected', 1, PayloadRejected)] },
} as const satisfies Record<string, { topic: TopicName; versions: readonly TSchema[] }>

export type FactType = keyof typeof factSchemas
export type FactOf<Name extends FactType> = Static<(typeof factSchemas)[Name]['versions'][number]>
export type ReadingFact = FactOf<'reading.recorded'> | FactOf<'reading.retracted'>
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
    versions.map((schema) => Compile(schema)),
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

/**
 * The ledger key of a fact: all facts of one key lie on one partition, in order.
 * Units: `tenant/patient` for readings and activity, the device for registry and unassigned, the source for rejected.
 */
export function keyOf(fact: Fact): string {
  switch (fact.type) {
    case 'reading.recorded':
    case 'reading.retracted':
    case 'patient.enrolled':
    case 'consent.recorded':
    case 'consent.withdrawn':
    case 'order.recorded':
    case 'episode.opened':
    case 'episode.closed':
    case 'patient.moved':
    case 'time.started':
    case 'time.extended':
    case 'time.stopped':
    case 'time.entered':
    case 'time.amended':
    case 'time.voided':
    case 'interaction.recorded':
    case 'interaction.voided':
    case 'visit.recorded':
    case 'visit.voided':
    case 'claim.locked':
    case 'claim.differs':
      return patientKey(fact.tenant, fact.data.patient)
    case 'practice.opened':
      return fact.tenant
    case 'device.registered':
    case 'reading.placed':
      return fact.data.device
    case 'reading.parked':
      return fact.data.reading.device
    case 'payload.rejected':
      return fact.data.source
    default:
      return assertNever(fact)
  }
}

/** The key of a patient on the ledger and in the views. */
export const patientKey = (tenant: string, patient: string): string => `${tenant}/${patient}`

/** Closes a switch over a union: a new member is a type error here. */
export function assertNever(value: never): never {
  throw failure('INTERNAL', { cause: new Error(`unhandled ${String((value as { type?: string }).type)}`) })
}
