import { Type } from 'typebox'
import { InstantMs, IsoDate, IsoMonth, Reason, Slug, strict } from './primitives.ts'
import { FactId, Replaces } from './registry.ts'

const Code = Type.String({ pattern: '^[0-9A-Z]{5}$' })
const Count = Type.Integer({ minimum: 0, maximum: 1_000_000 })
const Hash = Type.String({ pattern: '^[0-9a-f]{64}$', description: 'SHA-256, hexadecimal' })

/** Which line: a code and its dates, both included. */
export const line = { patient: Slug, code: Code, from: IsoDate, to: IsoDate }
const billed = { ...line, units: Count, amountCents: Count, ruleSet: Slug }

/** `claim.locked`, version 1: a line was billed as it stood. `from` and `to` are its dates, both included. */
export const ClaimLocked = Type.Object(billed, { ...strict, description: 'A line was billed as it stood.' })

/**
 * Version 2 carries the evidence, whole, and its place in a chain: row `sequence` (from 1) of the closing, `previous` the hash
 * of the row before (of the first, the head of the practice's closing before, or 64 zeros), `hash` SHA-256 of the canonical JSON
 * of all the other fields.
 */
export const ClaimLockedV2 = Type.Object(
  {
    ...billed,
    closing: Slug,
    sequence: Type.Integer({ minimum: 1 }),
    previous: Hash,
    hash: Hash,
    evidence: Type.Record(Type.String(), Type.Unknown()),
  },
  { ...strict, description: 'A line was locked with its evidence, chained to the line locked before it.' },
)

/** `claim.submitted`, version 1: the locked line went to the payer. */
export const ClaimSubmitted = Type.Object(
  { ...line, submittedAt: InstantMs, reference: Type.Optional(Type.String({ minLength: 1, maxLength: 80 })) },
  { ...strict, description: 'A locked line went to the payer.' },
)

/** `claim.unlocked`, version 1: the line is open again. The lock and its evidence stay on the ledger. */
export const ClaimUnlocked = Type.Object(
  { ...line, reason: Reason },
  { ...strict, description: 'A locked line is open again.' },
)

/** `claim.differs`, version 1: what is known now no longer supports a locked line. For a person; it changes nothing. */
export const ClaimDiffers = Type.Object(
  {
    patient: Slug,
    kind: Type.Literal('LATE_CHANGE'),
    from: IsoDate,
    to: IsoDate,
    oldCode: Code,
    newCode: Type.Optional(Code),
    oldUnits: Count,
    newUnits: Count,
    differenceCents: Type.Integer({ minimum: -1_000_000_000, maximum: 1_000_000_000 }),
  },
  { ...strict, description: 'What is known now no longer supports a locked line.' },
)

/** `claim.settled`, version 1: a person decided what becomes of a difference. */
export const ClaimSettled = Type.Object(
  { ...line, action: Type.Enum(['corrected', 'refunded', 'left']), reason: Reason },
  { ...strict, description: 'A person decided what becomes of a late change.' },
)

/** `claim.settled`, version 2: `difference` is the fact that said so. It settles nothing where another difference was found since. */
export const ClaimSettledV2 = Type.Object(
  { ...ClaimSettled.properties, difference: FactId },
  { ...strict, description: 'A person decided what becomes of a late change, as it was found last.' },
)

/**
 * `claim.decided`, version 1: a person decided about what is held: `units` are `released` to be billed, or `dismissed`; `reopened`
 * takes back every decision about the line before it.
 */
export const ClaimDecided = Type.Object(
  { ...line, decision: Type.Enum(['released', 'dismissed', 'reopened']), units: Count, reason: Reason },
  { ...strict, description: 'A person decided about units that were held for review.' },
)

/** `claim.decided`, version 2: counts only while the decision about the line that it replaces (none before the first) is the last. */
export const ClaimDecidedV2 = Type.Object(
  { ...ClaimDecided.properties, replaces: Replaces },
  {
    ...strict,
    description: 'A person decided about units that were held for review, on what was decided before.',
  },
)

/** `month.closed`, version 1: seals a closing: how many lines it locked and the hash of the last of them. */
export const MonthClosed = Type.Object(
  { closing: Slug, month: IsoMonth, count: Type.Integer({ minimum: 1 }), previous: Hash, head: Hash },
  {
    ...strict,
    description: 'A closing of a month is complete: its number of lines and the head of their chain.',
  },
)
