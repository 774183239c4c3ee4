import { Type } from 'typebox'
import { InteractionRecordedV2 } from '../interactions.ts'
import { typedNote } from '../notes.ts'
import {
  InstantMs,
  IsoDate,
  Name,
  Program,
  Reason,
  Slug,
  strict,
  TypedName,
  TypedReason,
  typedName,
} from '../primitives.ts'
import { queuePage } from './billing.ts'

const Count = Type.Integer({ minimum: 0 })
const kind = { program: Program, category: Slug }
const stretch = { ...kind, from: InstantMs, until: InstantMs }
/** What the caller saw: the highest ledger offset of what is changed. Refused with VERSION_CONFLICT when it moved on. */
const version = Count

/** Refused with TIME_LOCKED without it, where a locked line stands on what is changed. */
export const acknowledgeLocked = Type.Optional(Type.Boolean())

export const EnterTime = Type.Object({ ...stretch, reason: TypedReason, acknowledgeLocked }, strict)
export const EnteredTime = Type.Object(
  { session: Slug, startedAt: InstantMs, status: Type.Enum(['counted', 'proposed']) },
  strict,
)
/** `startedAt`: the beginning as first written; with the session and the clinician it names the stretch. */
export const AmendTime = Type.Object(
  { startedAt: InstantMs, clinician: Slug, version, ...stretch, reason: TypedReason, acknowledgeLocked },
  strict,
)
export const VoidTime = Type.Object(
  { startedAt: InstantMs, clinician: Slug, version, reason: TypedReason, acknowledgeLocked },
  strict,
)
export const DecideEntry = Type.Object(
  {
    startedAt: InstantMs,
    decision: Type.Enum(['approved', 'declined']),
    reason: Type.Optional(TypedReason),
    acknowledgeLocked,
  },
  strict,
)

/** Time by hand that waits for approval. */
export const Proposal = Type.Object(
  {
    patient: Slug,
    patientName: Name,
    clinician: Slug,
    clinicianName: Name,
    session: Slug,
    startedAt: InstantMs,
    until: InstantMs,
    ...kind,
    reason: Reason,
  },
  strict,
)
export const EntryList = Type.Object({ entries: Type.Array(Proposal), ...queuePage }, strict)

const interaction = InteractionRecordedV2.properties
export const RecordInteraction = Type.Object(
  {
    startedAt: interaction.startedAt,
    endedAt: interaction.endedAt,
    mode: interaction.mode,
    direction: interaction.direction,
    reached: interaction.reached,
    outcome: interaction.outcome,
    caregiver: Type.Optional(Type.Object({ name: TypedName, relation: typedName(60) }, strict)),
    acknowledgeLocked,
  },
  strict,
)
export const RecordedInteraction = Type.Object({ interaction: Slug }, strict)
export const VoidInteraction = Type.Object(
  { startedAt: InstantMs, reason: TypedReason, acknowledgeLocked },
  strict,
)

export const WriteNote = Type.Object({ notedAt: Type.Optional(InstantMs), ...typedNote }, strict)
export const WrittenNote = Type.Object({ note: Slug, notedAt: InstantMs }, strict)
export const AmendNote = Type.Object(
  { notedAt: InstantMs, version, ...typedNote, reason: TypedReason },
  strict,
)

/** Whole seconds of each local date in the practice's zone, over all patients, each moment once. */
export const ClinicianDays = Type.Object(
  { days: Type.Array(Type.Object({ date: IsoDate, seconds: Count, patients: Count }, strict)) },
  strict,
)
