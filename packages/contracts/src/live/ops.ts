import { type Static, Type } from 'typebox'
import { DeviceId, InstantMs, strict } from '../primitives.ts'

const Count = Type.Integer({ minimum: 0 })

/** What one gateway has done since it started, in messages. At every moment received = acknowledged + inFlight + unacknowledged. */
export const GatewayStatus = Type.Object(
  {
    name: Type.String(),
    up: Type.Boolean(),
    connections: Count,
    received: Count,
    acknowledged: Count,
    refused: Count,
    /** Of the refused: acknowledged and not kept, for more of the device is kept than may be. */
    notKept: Count,
    parked: Count,
    /** Sent again though they were on the ledger. */
    duplicates: Count,
    inFlight: Count,
    perSecond: Type.Number({ minimum: 0 }),
  },
  strict,
)
export type GatewayStatus = Static<typeof GatewayStatus>

/**
 * How far the tallies of one ledger partition are behind its end, in facts. Below 0 they are ahead of it: they were made from another
 * ledger, or from facts that this one has lost.
 */
export const PartitionLag = Type.Object(
  {
    topic: Type.Enum(['readings', 'activity']),
    partition: Count,
    end: Count,
    watermark: Count,
    lag: Type.Integer(),
  },
  strict,
)
export type PartitionLag = Static<typeof PartitionLag>

/** What a person must see to, by its code in the error table. */
export const Alarm = Type.Object({ code: Type.String(), message: Type.String() }, strict)
export type Alarm = Static<typeof Alarm>

/**
 * What was refused of a device for one reason: how often, since when, and when last, never what it said. `index` is the last one's place in a
 * batch, from 0.
 */
export const RefusedReadings = Type.Object(
  {
    device: DeviceId,
    code: Type.String(),
    message: Type.String(),
    count: Count,
    since: InstantMs,
    at: InstantMs,
    index: Type.Optional(Count),
  },
  strict,
)
export type RefusedReadings = Static<typeof RefusedReadings>

/**
 * Readings of a device that were acknowledged and are no one's, as no patient had the device when they were measured. They count for
 * no one until an assignment covers them. `since` is when the present patient has the device; absent while no one has it.
 */
export const WaitingReadings = Type.Object(
  {
    device: DeviceId,
    count: Count,
    /** When the first and the last were measured, by the device's clock. */
    first: InstantMs,
    last: InstantMs,
    /** The ledger offset of the last that came in: who dismisses them dismisses these, and none that comes in meanwhile. */
    through: Count,
    since: Type.Optional(InstantMs),
  },
  strict,
)
export type WaitingReadings = Static<typeof WaitingReadings>

/** The ops page, whole, once a second. `engines` names what runs behind the ports. */
export const OpsReport = Type.Object(
  {
    type: Type.Literal('ops'),
    now: InstantMs,
    engines: Type.Object({ ledger: Type.String(), views: Type.String() }, strict),
    ledgerUp: Type.Boolean(),
    viewsUp: Type.Boolean(),
    alarms: Type.Array(Alarm),
    gateways: Type.Array(GatewayStatus),
    partitions: Type.Array(PartitionLag),
    /** Of the reader's own practice, the newest first. */
    refusals: Type.Array(RefusedReadings),
    /** Of the reader's own practice, those of the latest readings first. */
    waiting: Type.Array(WaitingReadings),
    /** How many devices of the practice have such readings and are not in that list. */
    moreWaiting: Count,
  },
  strict,
)
export type OpsReport = Static<typeof OpsReport>
