import { Type } from 'typebox'
import { ClaimDecided, ClaimDiffers, ClaimSettled, line } from '../claims.ts'
import { InstantMs, IsoDate, Name, Slug, strict, TypedReason, typedName } from '../primitives.ts'

const Count = Type.Integer({ minimum: 0 })
const { patient: _, ...window } = line

export const PlainText = Type.String()

/** Without `lines`, everything that is ready. */
export const CloseMonth = Type.Object(
  { lines: Type.Optional(Type.Array(Type.Object(line, strict), { minItems: 1, maxItems: 100_000 })) },
  strict,
)
export const ClosingBegun = Type.Object({ closing: Slug }, strict)

export const SubmitClaim = Type.Object(
  { ...window, submittedAt: Type.Optional(InstantMs), reference: Type.Optional(typedName(80)) },
  strict,
)
/** `submitted`: the person who asks knows that the line went to the payer. */
export const UnlockClaim = Type.Object(
  { ...window, reason: TypedReason, submitted: Type.Optional(Type.Literal(true)) },
  strict,
)
/** `units`: as many as are held; of `reopened` none. */
export const DecideHeld = Type.Object(
  {
    ...window,
    decision: ClaimDecided.properties.decision,
    units: ClaimDecided.properties.units,
    reason: TypedReason,
  },
  strict,
)
/** `foundAt`: of the change that the person saw; where another was found since, it is not settled. */
export const SettleChange = Type.Object(
  {
    ...window,
    action: ClaimSettled.properties.action,
    reason: TypedReason,
    foundAt: Type.Optional(InstantMs),
  },
  strict,
)

const differs = ClaimDiffers.properties
/** A locked line and what it would be now; `newCode` is absent when nothing would be billed. */
export const Change = Type.Object(
  {
    patient: Slug,
    name: Name,
    from: IsoDate,
    to: IsoDate,
    oldCode: differs.oldCode,
    newCode: differs.newCode,
    oldUnits: Count,
    newUnits: Count,
    differenceCents: differs.differenceCents,
    foundAt: InstantMs,
    submitted: Type.Boolean(),
  },
  strict,
)
/**
 * A page of a list of what waits for a person. `failed`: how many patients of it cannot be read; what of theirs waits is not in it. `total`:
 * how much waits on all pages.
 */
export const queuePage = { failed: Count, total: Count, version: Type.String() }
/** `totalCents`: the difference of all that waits. */
export const ChangeList = Type.Object(
  { changes: Type.Array(Change), totalCents: differs.differenceCents, ...queuePage },
  strict,
)
export const QueueVersions = Type.Object({ entries: Type.String(), changes: Type.String() }, strict)

/** What is wrong with the chain; `sequence` 0 is the seal itself. */
export const ChainFault = Type.Object(
  {
    closing: Slug,
    sequence: Count,
    fault: Type.Enum(['changed', 'missing', 'out-of-order', 'unsealed', 'forked']),
  },
  strict,
)
export const Verification = Type.Object(
  { closings: Count, lines: Count, faults: Type.Array(ChainFault) },
  strict,
)
