import { Type } from 'typebox'
import { InstantMs, Program, Reason, Slug, strict } from './primitives.ts'

/** Which stretch of time is spoken of. `startedAt` is its beginning as first written: it says which month holds it. */
export const session = { patient: Slug, clinician: Slug, session: Slug, startedAt: InstantMs }
const kind = { program: Program, category: Slug }
const Epoch = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })

/** `time.started`, version 1: a timer began. `epoch` is that of the lease under which the clinician's timer runs. */
export const TimeStarted = Type.Object(
  { ...session, ...kind, epoch: Epoch },
  { ...strict, description: 'A clinician’s timer began.' },
)

/** `time.extended`, version 1: the clinician was present until `until`. */
export const TimeExtended = Type.Object(
  { ...session, epoch: Epoch, until: InstantMs },
  { ...strict, description: 'A running timer’s proof of presence.' },
)

/** `time.stopped`, version 1: the timer ended, at the last proof of presence. */
export const TimeStopped = Type.Object(
  {
    ...session,
    epoch: Epoch,
    until: InstantMs,
    reason: Type.Enum(['stopped', 'idle', 'left', 'signed-out', 'lost']),
  },
  { ...strict, description: 'A clinician’s timer ended.' },
)

/** `time.entered`, version 1: time written down by hand, with a reason. */
export const TimeEntered = Type.Object(
  { ...session, ...kind, until: InstantMs, reason: Reason },
  { ...strict, description: 'Time written down by hand.' },
)

/** `time.amended`, version 1: the stretch was from `from` until `until` instead; the latest amendment holds. */
export const TimeAmended = Type.Object(
  { ...session, ...kind, from: InstantMs, until: InstantMs, reason: Reason },
  { ...strict, description: 'A correction of a stretch of time.' },
)

/** `time.voided`, version 1: the stretch does not count. It stays on the ledger. */
export const TimeVoided = Type.Object(
  { ...session, reason: Reason },
  { ...strict, description: 'A stretch of time that does not count.' },
)

/** `entry.proposed`, version 1: time by hand that waits for approval; it counts once it is on the ledger as `time.entered`. */
export const EntryProposed = Type.Object(
  { ...session, ...kind, until: InstantMs, reason: Reason },
  { ...strict, description: 'Time written down by hand that waits for approval.' },
)

/** `entry.decided`, version 1: someone else approved the proposed time, or declined it with a reason. */
export const EntryDecided = Type.Object(
  { ...session, decision: Type.Enum(['approved', 'declined']), reason: Type.Optional(Reason) },
  { ...strict, description: 'Proposed time was approved or declined.' },
)
