import { type ActivityFact, patientKey } from '@cufflink/contracts'
import type { Shard } from './port.ts'

/** The documents and sets that the tracker fills from `activity` and the console reads, besides those of `@cufflink/rules`. */

/** The set of all practices; each shard lists those whose facts it holds. */
export const PRACTICES = 'practices'
/** The set of a practice's patients. */
export const patientsOf = (tenant: string): string => `patients:${tenant}`
/** The set of a practice's patients of whom a locked line has ever differed. */
export const changedPatientsOf = (tenant: string): string => `changes:${tenant}`
/** The set of a practice's patients and months with time that was ever proposed: `p-0042:2026-10`. */
export const proposalsOf = (tenant: string): string => `proposals:${tenant}`
/** The set of the months of a practice's clinicians of which a shard has a part: `nurse:2026-10`. */
export const clinicianMonthsOf = (tenant: string): string => `clinicians:${tenant}`
/** What the key of a partition's part of a clinician's month begins with (`clinicianKey` of `@cufflink/rules`). */
export const CLINICIAN_PART = 'clinician:'

/** The set of a practice's closings, whether they are sealed or not. */
export const closingsOf = (tenant: string): string => `closings:${tenant}`
/** The set of the lines that a closing locked: the number of each in the chain, and its offset: `17:2041`. */
export const rowsOf = (tenant: string, closing: string): string => `rows:${tenant}/${closing}`

/** What a practice is: opened, configured, its months closed. */
export const practiceKey = (tenant: string): string => `practice:${tenant}`
/** What is on a patient's file: enrolment, consents, orders, episodes, visits. */
export const fileKey = (tenant: string, patient: string): string => `file:${patientKey(tenant, patient)}`
/** What people wrote down in one UTC month: conversations, notes, time by hand and its corrections. */
export const recordKey = (tenant: string, patient: string, month: string): string =>
  `record:${patientKey(tenant, patient)}:${month}`
/** The locked lines that end in one year, and what became of them. */
export const claimsKey = (tenant: string, patient: string, year: string): string =>
  `claims:${patientKey(tenant, patient)}:${year}`

/** Where trackers say of which devices the readings could not be moved (ADR 19). */
export const movingShard = (partition: number): Shard => ({
  topic: 'readings',
  partition,
  follower: 'moved-readings',
})
/** There, for a device; one byte: 1 while they could not be moved, else 0. */
export const notMovedKey = (device: string): string => `not-moved:${device}`

/** A fact and its offset on its partition of `activity`. */
export type ListedFact = { readonly offset: number; readonly fact: ActivityFact }

/**
 * A document that is a list of facts, by offset: for what is rare and must be shown as it was said. A join-semilattice: of two facts
 * of one type and id the first on the ledger stays.
 */
export type FactList = readonly ListedFact[]

/** The list with one fact more; the very same list when it holds the fact already. */
export function foldFactList(list: FactList | undefined, fact: ActivityFact, offset: number): FactList {
  const before = list ?? []
  const known = before.find((listed) => listed.fact.id === fact.id && listed.fact.type === fact.type)
  if (known !== undefined && known.offset <= offset) return before
  const others = before.filter((listed) => listed !== known)
  const at = others.findLastIndex((listed) => listed.offset < offset) + 1
  return others.toSpliced(at, 0, { offset, fact })
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()
export const encodeFactList = (list: FactList): Uint8Array => encoder.encode(JSON.stringify(list))
/** Reads what `encodeFactList` wrote; the views hold nothing else under these keys. */
export const decodeFactList = (bytes: Uint8Array): FactList => JSON.parse(decoder.decode(bytes)) as FactList
