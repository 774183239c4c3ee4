import { Type } from 'typebox'
import { ConsentRecordedV2, OrderRecordedV2 } from '../enrolment.ts'
import { DeviceId, InstantMs, IsoDate, Slug, strict, TypedReason, ZoneId } from '../primitives.ts'
import { acknowledgeLocked } from './work.ts'

/** Where an instant is left out, it is now; where a person is, it is the one who asks. */
const when = Type.Optional(InstantMs)
const who = Type.Optional(Slug)

export const MovePatient = Type.Object({ zone: ZoneId, from: when, acknowledgeLocked }, strict)

const consent = ConsentRecordedV2.properties
export const RecordConsent = Type.Object(
  {
    consentedAt: when,
    mode: consent.mode,
    takenBy: who,
    costShareExplained: consent.costShareExplained,
    acknowledgeLocked,
  },
  strict,
)
export const WithdrawConsent = Type.Object({ withdrawnAt: when, acknowledgeLocked }, strict)

const order = OrderRecordedV2.properties
export const RecordOrder = Type.Object(
  {
    orderedAt: when,
    practitioner: order.practitioner,
    diagnosis: order.diagnosis,
    kind: order.kind,
    readingsPerWeek: order.readingsPerWeek,
    acknowledgeLocked,
  },
  strict,
)

export const OpenEpisode = Type.Object({ openedAt: when, acknowledgeLocked }, strict)
/** `died`: the date of death in the patient's home zone, where that is why. */
export const CloseEpisode = Type.Object(
  { closedAt: when, reason: TypedReason, died: Type.Optional(IsoDate), acknowledgeLocked },
  strict,
)
export const RecordSetUp = Type.Object(
  { doneAt: when, doneBy: who, device: Type.Optional(DeviceId), acknowledgeLocked },
  strict,
)

export const RecordVisit = Type.Object(
  { visitedAt: InstantMs, practitioner: Slug, acknowledgeLocked },
  strict,
)
export const RecordedVisit = Type.Object({ visit: Slug }, strict)
export const VoidVisit = Type.Object({ reason: TypedReason, acknowledgeLocked }, strict)
