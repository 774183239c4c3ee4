import { Type } from 'typebox'
import { DeviceId, InstantMs, IsoDate, Name, Program, Reason, Slug, strict, ZoneId } from './primitives.ts'
import { Replaces } from './registry.ts'

/** `practice.opened`, version 1: a practice and the zone of its months. The latest fact of a practice holds. */
export const PracticeOpened = Type.Object(
  { name: Name, zone: ZoneId },
  { ...strict, description: 'A practice and the zone of its calendar months.' },
)

/** `practice.opened`, version 2: counts only while the record that it replaces is the one that holds. */
export const PracticeOpenedV2 = Type.Object(
  { ...PracticeOpened.properties, replaces: Replaces },
  { ...strict, description: 'A practice and the zone of its calendar months, made from what it replaces.' },
)

/**
 * `practice.configured`, version 1: how a practice works; the latest fact holds. `timerStart`: a chart that is opened starts
 * the clinician's timer at once, after `startDelayS` seconds, or not by itself. `entryBackDays`: how many days back time may
 * be entered by hand. `approveEntries`: time entered by hand counts once someone else approved it.
 */
export const PracticeConfigured = Type.Object(
  {
    timerStart: Type.Enum(['automatic', 'delayed', 'by-hand']),
    startDelayS: Type.Integer({ minimum: 0, maximum: 60 }),
    entryBackDays: Type.Integer({ minimum: 0, maximum: 366 }),
    approveEntries: Type.Boolean(),
  },
  { ...strict, description: 'How a practice works.' },
)

/** `practice.configured`, version 2: counts only while the record that it replaces is the one that holds. */
export const PracticeConfiguredV2 = Type.Object(
  { ...PracticeConfigured.properties, replaces: Replaces },
  { ...strict, description: 'How a practice works, made from what it replaces.' },
)

const enrolled = { patient: Slug, name: Name, zone: ZoneId, enrolledAt: InstantMs }

/**
 * `patient.enrolled`, version 1: a patient, the home zone of their days, and when monitoring began.
 * The latest fact of a patient holds, for the past too: a corrected zone moves no reading, only how it is counted.
 */
export const PatientEnrolled = Type.Object(enrolled, {
  ...strict,
  description: 'A patient, the home zone of their days, when monitoring began.',
})

/** Version 2 adds the care programs, the condition and the payer by their short names, and whether the patient is established. */
export const PatientEnrolledV2 = Type.Object(
  {
    ...enrolled,
    programs: Type.Array(Program, { minItems: 1, maxItems: 7, uniqueItems: true }),
    condition: Type.Optional(Slug),
    payer: Type.Optional(Slug),
    established: Type.Boolean(),
  },
  { ...strict, description: 'A patient: home zone, programs, condition, when monitoring began.' },
)

/** Version 3 counts only while the enrolment that it replaces is the one that holds. */
export const PatientEnrolledV3 = Type.Object(
  { ...PatientEnrolledV2.properties, replaces: Replaces },
  {
    ...strict,
    description: 'A patient: home zone, programs, condition, made from the enrolment it replaces.',
  },
)

/** `patient.moved`, version 1: the home zone from an instant on. A wrong zone is corrected by `patient.enrolled`. */
export const PatientMoved = Type.Object(
  { patient: Slug, zone: ZoneId, from: InstantMs },
  { ...strict, description: 'The patient lives in another zone from an instant on.' },
)

const consented = {
  patient: Slug,
  consentedAt: InstantMs,
  mode: Type.Enum(['verbal', 'written']),
  takenBy: Slug,
}

/** `consent.recorded`, version 1: the patient agreed, from `consentedAt` on; `takenBy` asked and explained. */
export const ConsentRecorded = Type.Object(consented, {
  ...strict,
  description: 'The patient agreed to be monitored.',
})

/** Version 2 says whether the patient was told of their share of the cost. */
export const ConsentRecordedV2 = Type.Object(
  { ...consented, costShareExplained: Type.Boolean() },
  { ...strict, description: 'The patient agreed to be monitored.' },
)

/** `consent.withdrawn`, version 1: the patient agrees no longer, from `withdrawnAt` on. */
export const ConsentWithdrawn = Type.Object(
  { patient: Slug, withdrawnAt: InstantMs },
  { ...strict, description: 'The patient agrees no longer.' },
)

const ordered = { patient: Slug, orderedAt: InstantMs, practitioner: Slug }

/** `order.recorded`, version 1: a practitioner ordered the monitoring. */
export const OrderRecorded = Type.Object(ordered, {
  ...strict,
  description: 'A practitioner ordered the monitoring.',
})

/** Version 2 says what for (ICD-10-CM), with what and how often. */
export const OrderRecordedV2 = Type.Object(
  {
    ...ordered,
    diagnosis: Type.String({ pattern: '^[A-Z][0-9][0-9A-Z](\\.[0-9A-Z]{1,4})?$' }),
    kind: Type.Enum(['blood-pressure', 'body-weight', 'blood-glucose']),
    readingsPerWeek: Type.Integer({ minimum: 1, maximum: 168 }),
  },
  { ...strict, description: 'A practitioner ordered the monitoring: diagnosis, device, frequency.' },
)

/** `episode.opened`, version 1: an episode of care began; `setUpAt` is when the patient was set up and educated. */
export const EpisodeOpened = Type.Object(
  { patient: Slug, episode: Slug, openedAt: InstantMs, setUpAt: Type.Optional(InstantMs) },
  { ...strict, description: 'An episode of care began.' },
)

const closed = { patient: Slug, episode: Slug, closedAt: InstantMs, reason: Reason }

/** `episode.closed`, version 1: it ended: goals met, disenrolment, death. What was collected until then is evaluated. */
export const EpisodeClosed = Type.Object(closed, { ...strict, description: 'An episode of care ended.' })

/** Version 2 says on which date of the home zone the patient died, if that is why. */
export const EpisodeClosedV2 = Type.Object(
  { ...closed, died: Type.Optional(IsoDate) },
  { ...strict, description: 'An episode of care ended; the patient may have died.' },
)

/** `set-up.done`, version 1: the patient was shown the device and taught to use it, once per episode (99453). */
export const SetUpDone = Type.Object(
  { patient: Slug, episode: Slug, doneAt: InstantMs, doneBy: Slug, device: Type.Optional(DeviceId) },
  { ...strict, description: 'The patient was set up and educated.' },
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
