/** Who is enrolled where: the documents and sets that the tracker fills from `activity` and the console reads. */

/** What the latest fact of a practice or a patient says; `offset` is that fact's. */
export type RosterEntry = {
  readonly offset: number
  readonly name: string
  readonly zone: string
  /** ms since 1970; a patient's only. */
  readonly enrolledAt?: number
}

/** The set of all practices; each shard lists those whose facts it holds. */
export const PRACTICES = 'practices'
/** The set of a practice's patients; each shard lists those whose facts it holds. */
export const patientsOf = (tenant: string): string => `patients:${tenant}`
export const practiceDocumentKey = (tenant: string): string => `practice:${tenant}`
export const patientDocumentKey = (tenant: string, patient: string): string => `patient:${tenant}/${patient}`

const encoder = new TextEncoder()
const decoder = new TextDecoder()
export const encodeRosterEntry = (entry: RosterEntry): Uint8Array => encoder.encode(JSON.stringify(entry))
/** Reads what `encodeRosterEntry` wrote; the views hold nothing else under these keys. */
export const decodeRosterEntry = (bytes: Uint8Array): RosterEntry =>
  JSON.parse(decoder.decode(bytes)) as RosterEntry
