import { type Static, Type } from 'typebox'
import { ConsentRecordedV2, OrderRecordedV2, PatientEnrolledV2 } from '../enrolment.ts'
import { InteractionRecordedV2 } from '../interactions.ts'
import { noteContent } from '../notes.ts'
import {
  DeviceId,
  InstantMs,
  IsoDate,
  IsoMonth,
  Name,
  Program,
  Reason,
  Slug,
  strict,
  ZoneId,
} from '../primitives.ts'
import { ClockQuality, DeviceTime, Measurement } from '../readings.ts'
import { CodeLine, LineEvent, Prompt } from './lines.ts'
import { PatientRow, PracticeSettings } from './practice.ts'

const Count = Type.Integer({ minimum: 0 })
const Offset = Count
const optional = Type.Optional

const { programs, condition, payer, established } = PatientEnrolledV2.properties
const consent = ConsentRecordedV2.properties
const order = OrderRecordedV2.properties

/** What is on file. What an older fact did not say is absent. */
const File = Type.Object(
  {
    enrolledAt: InstantMs,
    programs,
    condition,
    payer,
    established,
    consents: Type.Array(
      Type.Object(
        {
          consentedAt: InstantMs,
          withdrawnAt: optional(InstantMs),
          mode: consent.mode,
          takenBy: Slug,
          costShareExplained: optional(Type.Boolean()),
        },
        strict,
      ),
    ),
    orders: Type.Array(
      Type.Object(
        {
          orderedAt: InstantMs,
          practitioner: Slug,
          diagnosis: optional(order.diagnosis),
          kind: optional(order.kind),
          readingsPerWeek: optional(order.readingsPerWeek),
        },
        strict,
      ),
    ),
    episodes: Type.Array(
      Type.Object(
        { episode: Slug, openedAt: InstantMs, closedAt: optional(InstantMs), setUpAt: optional(InstantMs) },
        strict,
      ),
    ),
    /** The date of death, in the home zone. */
    died: optional(IsoDate),
    devices: Type.Array(
      Type.Object(
        { device: DeviceId, model: Type.String(), from: InstantMs, to: optional(InstantMs) },
        strict,
      ),
    ),
    visits: Type.Array(
      Type.Object({ visit: Slug, visitedAt: InstantMs, practitioner: Slug, voided: Type.Boolean() }, strict),
    ),
  },
  strict,
)

/** What the rules ask to be on file, as it stands now. `at` is since when that is so, `by` who says it, `text` for a person. */
const Gate = Type.Object(
  {
    gate: Type.Enum(['consent', 'order', 'episode', 'set-up', 'device']),
    ok: Type.Boolean(),
    at: optional(InstantMs),
    by: optional(Slug),
    text: Type.String(),
  },
  strict,
)

const kind = { program: Program, category: Slug }
const Deduction = Type.Object({ why: Type.String(), ms: Count }, strict)

/** A stretch of time that touches the month. `version` is what an amendment names. Without `session` it cannot be changed here. */
export const ChartStretch = Type.Object(
  {
    session: optional(Slug),
    startedAt: InstantMs,
    clinician: Slug,
    clinicianName: Name,
    ...kind,
    start: InstantMs,
    end: InstantMs,
    byHand: Type.Boolean(),
    running: Type.Boolean(),
    voided: Type.Boolean(),
    amendments: Count,
    version: Offset,
    creditedMs: Count,
    deductions: Type.Array(Deduction),
    reason: optional(Reason),
  },
  strict,
)
export type ChartStretch = Static<typeof ChartStretch>

const interaction = InteractionRecordedV2.properties
export const ChartInteraction = Type.Object(
  {
    interaction: Slug,
    clinician: Slug,
    clinicianName: Name,
    startedAt: InstantMs,
    endedAt: InstantMs,
    mode: interaction.mode,
    direction: interaction.direction,
    reached: interaction.reached,
    outcome: optional(interaction.outcome),
    caregiver: interaction.caregiver,
    counts: Type.Boolean(),
    voided: Type.Boolean(),
  },
  strict,
)

/** `missing` are the parts that an audit would look for and that are empty. */
export const ChartNote = Type.Object(
  {
    note: Slug,
    clinician: Slug,
    clinicianName: Name,
    notedAt: InstantMs,
    version: Offset,
    amendments: Count,
    ...noteContent,
    missing: Type.Array(Prompt),
  },
  strict,
)

export const ChartProposal = Type.Object(
  {
    session: Slug,
    clinician: Slug,
    clinicianName: Name,
    startedAt: InstantMs,
    until: InstantMs,
    ...kind,
    reason: Reason,
    decision: optional(Type.Enum(['approved', 'declined'])),
  },
  strict,
)

/** A locked line and what became of it. */
export const ChartClaim = Type.Object(
  {
    code: CodeLine.properties.code,
    from: IsoDate,
    to: IsoDate,
    units: Count,
    amountCents: Count,
    lockedAt: InstantMs,
    submittedAt: optional(InstantMs),
    history: Type.Array(LineEvent),
  },
  strict,
)

/** A reading of the month, with its values. */
export const ChartReading = Type.Object(
  {
    device: DeviceId,
    measuredAt: InstantMs,
    clockQuality: ClockQuality,
    /** What the device's clock showed, where it was not believed. */
    deviceTime: optional(DeviceTime),
    offset: Offset,
    retracted: Type.Boolean(),
    /** It came again under its record id, with another time or other values: the first counts. */
    sentAgain: optional(Type.Boolean()),
    measurement: Measurement,
  },
  strict,
)
export type ChartReading = Static<typeof ChartReading>

/** Seconds by program, category and clinician: what of it counts, and what was taken out. */
const Tally = Type.Object(
  {
    seconds: Count,
    byProgram: Type.Array(Type.Object({ program: Program, seconds: Count }, strict)),
    rows: Type.Array(
      Type.Object(
        { ...kind, clinician: Slug, clinicianName: Name, creditedMs: Count, deductedMs: Count },
        strict,
      ),
    ),
    deductions: Type.Array(Deduction),
    conversations: Count,
  },
  strict,
)

/** One patient's chart in one calendar month of the practice's zone; whole, again with each change. */
export const Chart = Type.Object(
  {
    type: Type.Literal('chart'),
    version: Count,
    now: InstantMs,
    clockRate: Type.Number({ exclusiveMinimum: 0 }),
    practice: Type.Object({ id: Slug, name: Name, zone: ZoneId, settings: PracticeSettings }, strict),
    month: IsoMonth,
    row: PatientRow,
    file: File,
    gates: Type.Array(Gate),
    lines: Type.Array(CodeLine),
    prompts: Type.Array(Prompt),
    tally: Tally,
    sessions: Type.Array(ChartStretch),
    interactions: Type.Array(ChartInteraction),
    notes: Type.Array(ChartNote),
    proposals: Type.Array(ChartProposal),
    claims: Type.Array(ChartClaim),
    readings: Type.Array(ChartReading),
    /** Who may order, and bill E/M visits, with the title of their credential. */
    practitioners: Type.Array(Type.Object({ user: Slug, name: Name, credential: Type.String() }, strict)),
    /** The activity categories of the rules in force. */
    categories: Type.Array(
      Type.Object({ category: Slug, title: Type.String(), counts: Type.Boolean() }, strict),
    ),
  },
  strict,
)
export type Chart = Static<typeof Chart>
