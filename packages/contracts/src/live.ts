import { type Static, Type } from 'typebox'
import { InstantMs, Slug, ZoneId } from './primitives.ts'

/** A calendar date in the patient's home zone, ISO 8601. */
export const LocalDate = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' })
const Count = Type.Integer({ minimum: 0 })
const strict = { additionalProperties: false }

/**
 * One line of the patient list. The period is the 30-day period that holds today; `readingsPerDate` has one number for
 * each of its 30 dates, from `periodStart` on; `dataDays` counts the dates that have at least one reading.
 * A patient without a reading has no period yet.
 */
export const PatientRow = Type.Object(
  {
    patient: Slug,
    name: Type.String(),
    zone: ZoneId,
    today: LocalDate,
    dataDays: Count,
    period: Type.Optional(
      Type.Object({ start: LocalDate, end: LocalDate, readingsPerDate: Type.Array(Count) }, strict),
    ),
    lastReadingAt: Type.Optional(InstantMs),
  },
  strict,
)
export type PatientRow = Static<typeof PatientRow>

/** The whole list of a practice. Sent first, and again whenever the reader asks for it or patches were lost. */
export const Snapshot = Type.Object(
  {
    type: Type.Literal('snapshot'),
    version: Count,
    practice: Type.Object({ id: Slug, name: Type.String(), zone: ZoneId }, strict),
    /** How much faster than the wall's the clock runs; 1 except in the demo. */
    clockRate: Type.Number({ exclusiveMinimum: 0 }),
    now: InstantMs,
    patients: Type.Array(PatientRow),
  },
  strict,
)

/** The rows that changed since `version − 1`. A reader that holds another version asks for a snapshot. */
export const Patch = Type.Object(
  { type: Type.Literal('patch'), version: Count, now: InstantMs, patients: Type.Array(PatientRow) },
  strict,
)

/** What the list's reader may say. */
export const SnapshotRequest = Type.Object({ type: Type.Literal('snapshot.request') }, strict)

/** What one gateway has done since it started, in messages. At every moment received = acknowledged + inFlight + unacknowledged. */
export const GatewayStatus = Type.Object(
  {
    name: Type.String(),
    up: Type.Boolean(),
    connections: Count,
    received: Count,
    acknowledged: Count,
    refused: Count,
    parked: Count,
    inFlight: Count,
    perSecond: Type.Number({ minimum: 0 }),
  },
  strict,
)
export type GatewayStatus = Static<typeof GatewayStatus>

/** How far the tallies of one ledger partition are behind its end, in facts. */
export const PartitionLag = Type.Object(
  { topic: Type.Enum(['readings', 'activity']), partition: Count, end: Count, watermark: Count, lag: Count },
  strict,
)
export type PartitionLag = Static<typeof PartitionLag>

/** The ops page, whole, once a second. `engines` names what runs behind the ports. */
export const OpsReport = Type.Object(
  {
    type: Type.Literal('ops'),
    now: InstantMs,
    engines: Type.Object({ ledger: Type.String(), views: Type.String() }, strict),
    ledgerUp: Type.Boolean(),
    viewsUp: Type.Boolean(),
    gateways: Type.Array(GatewayStatus),
    partitions: Type.Array(PartitionLag),
  },
  strict,
)
export type OpsReport = Static<typeof OpsReport>

export const PracticeMessage = Type.Union([Snapshot, Patch])
export type PracticeMessage = Static<typeof PracticeMessage>
export type Snapshot = Static<typeof Snapshot>
export type Patch = Static<typeof Patch>

/** `GET /api/practices` */
export const PracticeList = Type.Object(
  { practices: Type.Array(Type.Object({ id: Slug, name: Type.String(), zone: ZoneId }, strict)) },
  strict,
)
export type PracticeList = Static<typeof PracticeList>
