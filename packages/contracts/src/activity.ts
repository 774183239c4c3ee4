import { type Static, Type } from 'typebox'
import { InstantMs, Slug, ZoneId } from './primitives.ts'

const name = Type.String({ minLength: 1, maxLength: 120 })

/** `practice.opened`, version 1: a practice and the zone of its months. The latest fact of a practice holds. */
export const PracticeOpened = Type.Object(
  { name, zone: ZoneId },
  { additionalProperties: false, description: 'A practice and the zone of its calendar months.' },
)

/**
 * `patient.enrolled`, version 1: a patient, the home zone of their days, and when monitoring began.
 * The latest fact of a patient holds, for the past too: a corrected zone moves no reading, only how it is counted.
 */
export const PatientEnrolled = Type.Object(
  { patient: Slug, name, zone: ZoneId, enrolledAt: InstantMs },
  {
    additionalProperties: false,
    description: 'A patient, the home zone of their days, when monitoring began.',
  },
)

const strict = { additionalProperties: false } as const
const Reason = Type.String({ minLength: 1, maxLength: 500 })

/** The care programs whose minutes and codes must not be mixed. */
export const Program = Type.Enum(['RPM', 'RTM', 'CCM', 'PCM', 'TCM', 'BHI', 'APCM'])
export type Program = Static<typeof Program>

/** `consent.recorded`, version 1: the patient agreed, from `consentedAt` on; `takenBy` asked and explained. */
export const ConsentRecorded = Type.Object(
  { patient: Slug, consentedAt: InstantMs, mode: Type.Enum(['verbal', 'written']), takenBy: Slug },
  { ...strict, description: 'The patient agreed to be monitored.' },
)

/** `consent.withdrawn`, version 1: the patient agrees no longer, from `withdrawnAt` on. */
export const ConsentWithdrawn = Type.Object(
  { patient: Slug, withdrawnAt: InstantMs },
  { ...strict, description: 'The patient agrees no longer.' },
)

/** `order.recorded`, version 1: a practitioner ordered the monitoring. */
export const OrderRecorded = Type.Object(
  { patient: Slug, orderedAt: InstantMs, practitioner: Slug },
  { ...strict, description: 'A practitioner ordered the monitoring.' },
)

/** `episode.opened`, version 1: an episode of care began; `setUpAt` is when the patient was set up and educated. */
export const EpisodeOpened = Type.Object(
  { patient: Slug, episode: Slug, openedAt: InstantMs, setUpAt: Type.Optional(InstantMs) },
  { ...strict, description: 'An episode of care began.' },
)

/** `episode.closed`, version 1: it ended: goals met, disenrolment, death. What was collected until then is evaluated. */
export const EpisodeClosed = Type.Object(
  { patient: Slug, episode: Slug, closedAt: InstantMs, reason: Reason },
  { ...strict, description: 'An episode of care ended.' },
)

/** `patient.moved`, version 1: the home zone from an instant on. A wrong zone is corrected by `patient.enrolled`. */
export const PatientMoved = Type.Object(
  { patient: Slug, zone: ZoneId, from: InstantMs },
  { ...strict, description: 'The patient lives in another zone from an instant on.' },
)

/** Which stretch of time is spoken of. `startedAt` is its beginning as first written: it says which month holds it. */
const session = { patient: Slug, clinician: Slug, session: Slug, startedAt: InstantMs }
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

/** `interaction.recorded`, version 1: a conversation, or the attempt of one. */
export const InteractionRecorded = Type.Object(
  {
    patient: Slug,
    clinician: Slug,
    interaction: Slug,
    startedAt: InstantMs,
    endedAt: InstantMs,
    mode: Type.Enum(['phone', 'video', 'in-person']),
    direction: Type.Enum(['inbound', 'outbound']),
    reached: Type.Enum(['patient', 'caregiver', 'nobody']),
  },
  { ...strict, description: 'A conversation, or the attempt of one.' },
)

/** `interaction.voided`, version 1: the conversation does not count. It stays on the ledger. */
export const InteractionVoided = Type.Object(
  { patient: Slug, interaction: Slug, startedAt: InstantMs, reason: Reason },
  { ...strict, description: 'A conversation that does not count.' },
)

/** `visit.recorded`, version 1: an E/M visit is billed on the date, in the practice's zone, that holds `at`. */
export const VisitRecorded = Type.Object(
  { patient: Slug, visit: Slug, visitedAt: InstantMs, practitioner: Slug },
  { ...strict, description: 'An E/M visit is billed.' },
)

/** `visit.voided`, version 1: that visit is not billed after all. */
export const VisitVoided = Type.Object(
  { patient: Slug, visit: Slug, reason: Reason },
  { ...strict, description: 'An E/M visit is not billed after all.' },
)

const IsoDate = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' })
const Code = Type.String({ pattern: '^[0-9A-Z]{5}$' })
const Count = Type.Integer({ minimum: 0, maximum: 1_000_000 })

/** `claim.locked`, version 1: a line was billed as it stood. `from` and `to` are its dates, both included. */
export const ClaimLocked = Type.Object(
  { patient: Slug, code: Code, from: IsoDate, to: IsoDate, units: Count, amountCents: Count, ruleSet: Slug },
  { ...strict, description: 'A line was billed as it stood.' },
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
