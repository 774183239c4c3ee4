import { assertNever, type Fact } from '@cufflink/contracts'
import {
  decodeRosterEntry,
  encodeRosterEntry,
  PRACTICES,
  patientDocumentKey,
  patientsOf,
  practiceDocumentKey,
  type RosterEntry,
} from '@cufflink/views'
import type { Projection } from './projection.ts'

/** `activity` → who is enrolled where. Of several facts of one patient or practice the latest on the ledger holds. */
export const rosterProjection: Projection<RosterEntry> = {
  target(fact) {
    switch (fact.type) {
      case 'practice.opened':
        return { key: practiceDocumentKey(fact.tenant), members: [{ set: PRACTICES, member: fact.tenant }] }
      case 'patient.enrolled': {
        const { patient } = fact.data
        return {
          key: patientDocumentKey(fact.tenant, patient),
          patient,
          members: [{ set: patientsOf(fact.tenant), member: patient }],
        }
      }
      default:
        return undefined
    }
  },
  fold(document, fact, offset) {
    if (document !== undefined && document.offset >= offset) return document
    return { offset, ...detailsOf(fact) }
  },
  encode: encodeRosterEntry,
  decode: decodeRosterEntry,
}

function detailsOf(fact: Fact): Omit<RosterEntry, 'offset'> {
  switch (fact.type) {
    case 'practice.opened':
      return { name: fact.data.name, zone: fact.data.zone }
    case 'patient.enrolled':
      return { name: fact.data.name, zone: fact.data.zone, enrolledAt: fact.data.enrolledAt }
    default:
      return assertNever(fact as never)
  }
}
