import { type Static, Type } from 'typebox'
import type { QuickFilter } from '../list.ts'
import { quickFilterNames, sortKeys } from '../list.ts'
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

const shown = {
  order: Type.Object(
    { key: Type.Enum([...sortKeys]), direction: Type.Enum(['ascending', 'descending']) },
    strict,
  ),
  /** Words that name and id of a patient must hold together, without case and accents; empty for all. */
  search: Type.String({ maxLength: 200 }),
  /** Filters, all of which must hold. */
  quick: Type.Array(Type.Enum([...quickFilterNames]), { uniqueItems: true }),
  /** Of the patients that match, in the order: the place of the first one shown, from 0, and how many at the most. */
  first: Count,
  count: Type.Integer({ minimum: 1, maximum: 500 }),
} as const
const counts = Type.Object(
  { call: Count, near: Count, missing: Count, working: Count } satisfies Record<QuickFilter, typeof Count>,
  strict,
)

/** What the reader of a list asks for, at any time: another window in the place of the one it has. */
export const WindowRequest = Type.Object({ type: Type.Literal('window.request'), ...shown }, strict)
export type WindowRequest = Static<typeof WindowRequest>

/** Whether the connection is alive and nothing was missed. */
export const Ping = Type.Object({ type: Type.Literal('ping') }, strict)
export type Ping = Static<typeof Ping>

/** What the reader of a list may say. */
export const PracticeRequest = Type.Union([WindowRequest, Ping])
export type PracticeRequest = Static<typeof PracticeRequest>

/**
 * A window of a practice's list: what was asked for, and the rows there, in their order. Without a request it is the first hundred by
 * name. Patches follow, until another window is asked for.
 */
export const Window = Type.Object(
  {
    type: Type.Literal('window'),
    /** Of this connection: one more with each window and patch. */
    version: Count,
    practice,
    /** How much faster than the wall's the clock runs; 1 except in the demo. */
    clockRate: Type.Number({ exclusiveMinimum: 0 }),
    now: InstantMs,
    ...shown,
    /** All patients of the practice; those that match search and filters; those that each filter holds for. */
    total: Count,
    matching: Count,
    counts,
    rows: Type.Array(PatientRow),
    staff: Type.Array(StaffDay),
  },
  strict,
)
export type Window = Static<typeof Window>

/**
 * What changed of a window since `version − 1`: rows that are new or another in it, and days of staff. `patients` are all of the window
 * in their order, where that is another. A reader that holds another version asks for the window again.
 */
export const Patch = Type.Object(
  {
    type: Type.Literal('patch'),
    version: Count,
    now: InstantMs,
    total: Type.Optional(Count),
    matching: Type.Optional(Count),
    counts: Type.Optional(counts),
    patients: Type.Optional(Type.Array(Slug)),
    rows: Type.Array(PatientRow),
    staff: Type.Array(StaffDay),
  },
  strict,
)
export type Patch = Static<typeof Patch>

/** The answer to a ping: the version that was sent last. */
export const Pong = Type.Object({ type: Type.Literal('pong'), version: Count, now: InstantMs }, strict)
export type Pong = Static<typeof Pong>

export const PracticeMessage = Type.Union([Window, Patch, Pong])
export type PracticeMessage = Static<typeof PracticeMessage>
