import { type Static, Type } from 'typebox'
import { InstantMs, IsoDate, IsoMonth, Name, Slug, strict, ZoneId } from '../primitives.ts'
import { PatientCode } from './lines.ts'

const Count = Type.Integer({ minimum: 0 })

/**
 * One line of the patient list. `period` is the 30-day period that holds today, by the patient's grid; absent while something is
 * missing for a grid (`waitsFor`). `readingsPerDate` has one number for each of its dates, from `start` on; `dataDays` counts the dates
 * that have at least one reading that counts. `lastReadingAt` is of any reading, whether it counts or not.
 * `month` is the calendar month in the practice's zone; `seconds` what of it counts. `codes` are those whose threshold is met.
 */
export const PatientRow = Type.Object(
  {
    patient: Slug,
    name: Name,
    zone: ZoneId,
    today: IsoDate,
    dataDays: Count,
    period: Type.Optional(
      Type.Object({ start: IsoDate, end: IsoDate, readingsPerDate: Type.Array(Count) }, strict),
    ),
    lastReadingAt: Type.Optional(InstantMs),
    waitsFor: Type.Array(Type.Enum(['CONSENT', 'ORDER', 'EPISODE', 'DEVICE', 'READING'])),
    month: Type.Object({ month: IsoMonth, seconds: Count, conversation: Type.Boolean() }, strict),
    codes: Type.Array(PatientCode),
    /** Clinicians whose timer runs on this patient. */
    working: Type.Array(Slug),
    /** Locked lines that what is known now no longer supports. */
    changes: Count,
    /** Nothing of this row but the patient's name is known: it could not be worked out. */
    failed: Type.Optional(Type.Literal('PATIENT_NOT_EVALUATED')),
  },
  strict,
)
export type PatientRow = Static<typeof PatientRow>

/** A clinician's date in the practice's zone: seconds over all patients, each moment once. */
export const StaffDay = Type.Object({ clinician: Slug, name: Name, date: IsoDate, seconds: Count }, strict)
export type StaffDay = Static<typeof StaffDay>

/** A practice and how it works. */
export const PracticeSettings = Type.Object(
  {
    timerStart: Type.Enum(['automatic', 'delayed', 'by-hand']),
    startDelayS: Type.Integer({ minimum: 0, maximum: 60 }),
    entryBackDays: Type.Integer({ minimum: 0, maximum: 366 }),
    approveEntries: Type.Boolean(),
  },
  strict,
)
export type PracticeSettings = Static<typeof PracticeSettings>
const practice = Type.Object({ id: Slug, name: Name, zone: ZoneId }, strict)

/** The whole list of a practice. Sent first, and again whenever the reader asks for it or patches were lost. */
export const Snapshot = Type.Object(
  {
    type: Type.Literal('snapshot'),
    version: Count,
    practice,
    /** How much faster than the wall's the clock runs; 1 except in the demo. */
    clockRate: Type.Number({ exclusiveMinimum: 0 }),
    now: InstantMs,
    patients: Type.Array(PatientRow),
    staff: Type.Array(StaffDay),
  },
  strict,
)
export type Snapshot = Static<typeof Snapshot>

/** The rows that changed since `version − 1`. A reader that holds another version asks for a snapshot. */
export const Patch = Type.Object(
  {
    type: Type.Literal('patch'),
    version: Count,
    now: InstantMs,
    patients: Type.Array(PatientRow),
    staff: Type.Array(StaffDay),
  },
  strict,
)
export type Patch = Static<typeof Patch>

/** What the reader of a list or a chart may say: send everything again, or only whether the line is alive and nothing was missed. */
export const LiveRequest = Type.Union([
  Type.Object({ type: Type.Literal('snapshot.request') }, strict),
  Type.Object({ type: Type.Literal('ping') }, strict),
])
export type LiveRequest = Static<typeof LiveRequest>

/** The answer to a ping: the version that was sent last. */
export const Pong = Type.Object({ type: Type.Literal('pong'), version: Count, now: InstantMs }, strict)
export type Pong = Static<typeof Pong>

export const PracticeMessage = Type.Union([Snapshot, Patch, Pong])
export type PracticeMessage = Static<typeof PracticeMessage>
