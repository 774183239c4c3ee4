import type { ActivityFact, FactOf, MinutesFact } from '@cufflink/contracts'
import {
  claimsKey,
  clinicianKey,
  clinicianMonthsOf,
  closingsOf,
  decodeFactList,
  decodeMinutes,
  decodeQueue,
  encodeFactList,
  encodeMinutes,
  encodeQueue,
  type FactList,
  fileKey,
  foldFactList,
  foldMinutes,
  foldQueue,
  type MinutesDocument,
  minutesKey,
  monthOfMinutes,
  PRACTICES,
  patientsOf,
  practiceKey,
  type Queue,
  type QueueName,
  queueKey,
  recordKey,
  rowsOf,
  utcMonth,
} from '@cufflink/folds'
import type { DocumentKind, Projection, Target } from './projection.ts'

const minutes: DocumentKind<MinutesDocument> = {
  fold: (document, fact, offset) => foldMinutes(document, fact as MinutesFact, offset),
  encode: encodeMinutes,
  decode: decodeMinutes,
}

const list: DocumentKind<FactList> = {
  fold: (document, fact, offset) => foldFactList(document, brief(fact as ActivityFact), offset),
  encode: encodeFactList,
  decode: decodeFactList,
}

const queue: DocumentKind<Queue> = {
  fold: foldQueue,
  encode: encodeQueue,
  decode: decodeQueue,
}

/** The evidence of a locked line stays on the ledger: the list says that it was locked, and as what. */
const brief = (fact: ActivityFact): ActivityFact =>
  fact.type === 'claim.locked' && fact.v === 2 ? { ...fact, data: { ...fact.data, evidence: {} } } : fact

/**
 * `activity` → for each patient and UTC month the minutes and the record; the same minutes as parts of the clinicians' months; the
 * patient's file and claims; the practice. A fact folds into all of them in one commit.
 */
export const activityProjection: Projection = (fact, offset) => {
  switch (fact.type) {
    case 'practice.opened':
    case 'practice.configured':
    case 'credential.changed':
    case 'month.closed':
      return [
        {
          key: practiceKey(fact.tenant),
          kind: list,
          members: [{ set: PRACTICES, member: fact.tenant }],
        },
      ]
    case 'patient.enrolled':
      return [fileOf(fact, [{ set: patientsOf(fact.tenant), member: fact.data.patient }])]
    case 'patient.moved':
    case 'consent.recorded':
    case 'consent.withdrawn':
    case 'order.recorded':
    case 'episode.opened':
    case 'episode.closed':
    case 'set-up.done':
    case 'visit.recorded':
    case 'visit.voided':
      return [fileOf(fact)]
    case 'time.started':
    case 'time.extended':
    case 'time.stopped':
      return minutesOf(fact)
    case 'time.entered':
    case 'time.amended':
    case 'time.voided':
      return [...minutesOf(fact), recordOf(fact, fact.data.startedAt)]
    case 'entry.proposed':
    case 'entry.decided':
      return [recordOf(fact, fact.data.startedAt), queueOf(fact, 'entries')]
    case 'interaction.recorded':
    case 'interaction.voided':
      return [patientMinutes(fact), recordOf(fact, fact.data.startedAt)]
    case 'note.written':
    case 'note.amended':
      return [recordOf(fact, fact.data.notedAt)]
    case 'claim.locked':
      return [claimsOf(fact, fact.v === 2 ? rowMembers(fact, offset) : []), queueOf(fact, 'changes')]
    case 'claim.unlocked':
    case 'claim.settled':
    case 'claim.differs':
      return [claimsOf(fact), queueOf(fact, 'changes')]
    case 'claim.submitted':
    case 'claim.decided':
      return [claimsOf(fact)]
    default:
      return []
  }
}

/** Where the evidence of a locked line is: it is read from the ledger again when someone asks for it. */
const rowMembers = (
  { tenant, data: { closing, sequence } }: Extract<FactOf<'claim.locked'>, { readonly v: 2 }>,
  offset: number,
): Members => [
  { set: closingsOf(tenant), member: closing },
  { set: rowsOf(tenant, closing), member: `${sequence}:${offset}` },
]

type Of<Data> = { readonly tenant: string; readonly data: Data }
type Members = NonNullable<Target['members']>

const fileOf = ({ tenant, data }: Of<{ patient: string }>, members: Members = []): Target => ({
  key: fileKey(tenant, data.patient),
  kind: list,
  patient: data.patient,
  members,
})

const queueOf = ({ tenant }: { readonly tenant: string }, name: QueueName): Target => ({
  key: queueKey(name, tenant),
  kind: queue,
})

const recordOf = ({ tenant, data }: Of<{ patient: string }>, instant: number): Target => ({
  key: recordKey(tenant, data.patient, utcMonth(instant)),
  kind: list,
  patient: data.patient,
})

const claimsOf = ({ tenant, data }: Of<{ patient: string; to: string }>, members: Members = []): Target => ({
  key: claimsKey(tenant, data.patient, data.to.slice(0, 4)),
  kind: list,
  patient: data.patient,
  members,
})

const patientMinutes = (fact: MinutesFact): Target => ({
  key: minutesKey(fact.tenant, fact.data.patient, monthOfMinutes(fact)),
  kind: minutes,
  patient: fact.data.patient,
})

function minutesOf(fact: MinutesFact & { data: { clinician: string } }): readonly Target[] {
  const { tenant, data } = fact
  const month = monthOfMinutes(fact)
  const members = [{ set: clinicianMonthsOf(tenant), member: `${data.clinician}:${month}` }]
  return [patientMinutes(fact), { key: clinicianKey(tenant, data.clinician, month), kind: minutes, members }]
}
