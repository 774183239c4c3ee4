import { type ActivityFact, type Fact, patientKey } from '@cufflink/contracts'

/** The documents and sets that the tracker fills from `activity` and the console reads, besides days, minutes and recent values. */

/** The set of all practices; each shard lists those whose facts it holds. */
export const PRACTICES = 'practices'
/** The set of a practice's patients. */
export const patientsOf = (tenant: string): string => `patients:${tenant}`
/** What of a practice waits for a person: time that waits for approval, locked lines that changed. Each partition lists that of its patients. */
export const queueKey = (queue: QueueName, tenant: string): string => `queue:${queue}:${tenant}`
export type QueueName = 'entries' | 'changes'
/** The set of the months of a practice's clinicians of which a shard has a part: `nurse:2026-10`. */
export const clinicianMonthsOf = (tenant: string): string => `clinicians:${tenant}`
/** What the key of a partition's part of a clinician's month begins with (`clinicianKey`). */
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

/** Something that waits, and where it is found: the patient's document of a month (`2026-10`) or a year. Ordered by `at`, ms. */
export type QueueItem = {
  /** Of the fact that says so. */
  readonly id: string
  readonly patient: string
  readonly name: string
  readonly part: string
  readonly at: number
  readonly cents?: number
}

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

/** What waits in a practice, and the ids of facts that were worked off lately: the ledger may hold a fact twice, and the second says nothing. */
export type Queue = { readonly items: readonly QueueItem[]; readonly past: readonly string[] }

const NOTHING_WAITS: Queue = { items: [], past: [] }
const PAST = 256

/** The queue after a fact; facts of one partition come in their order. The very same queue when nothing changes. */
export function foldQueue(queue: Queue | undefined, fact: Fact): Queue {
  const { items, past } = queue ?? NOTHING_WAITS
  const [item, waits] = waitingBy(fact)
  if (item === undefined || past.includes(fact.id)) return queue ?? NOTHING_WAITS
  const before = items.find(({ patient, name }) => patient === item.patient && name === item.name)
  if (before?.id === fact.id || (before === undefined && !waits)) return queue ?? NOTHING_WAITS
  // It settles the difference that it names, and none that was found since.
  if (fact.type === 'claim.settled' && fact.v === 2 && before?.id !== fact.data.difference)
    return queue ?? NOTHING_WAITS
  const others = items.filter((one) => one !== before)
  const done = [...(before ? [before.id] : []), ...(waits ? [] : [fact.id])]
  return { items: waits ? [...others, item] : others, past: [...past, ...done].slice(-PAST) }
}

/** What a fact is about, and whether that waits for a person now. */
function waitingBy(fact: Fact): readonly [QueueItem?, boolean?] {
  const { id } = fact
  switch (fact.type) {
    case 'entry.proposed':
    case 'entry.decided': {
      const { patient, session, startedAt } = fact.data
      const part = new Date(startedAt).toISOString().slice(0, 7)
      return [{ id, patient, name: session, part, at: startedAt }, fact.type === 'entry.proposed']
    }
    case 'claim.differs': {
      const { patient, oldCode, from, to, oldUnits, newCode, newUnits, differenceCents: cents } = fact.data
      const waits = newCode !== oldCode || newUnits !== oldUnits
      return [{ id, ...lineItem({ patient, code: oldCode, from, to }), at: fact.at, cents }, waits]
    }
    case 'claim.locked':
    case 'claim.unlocked':
    case 'claim.settled':
      return [{ id, ...lineItem(fact.data), at: fact.at }, false]
    default:
      return []
  }
}

const lineItem = (line: { patient: string; code: string; from: string; to: string }) => ({
  patient: line.patient,
  name: `${line.code} ${line.from} ${line.to}`,
  part: line.to.slice(0, 4),
})

const encoder = new TextEncoder()
const decoder = new TextDecoder()
export const encodeFactList = (list: FactList): Uint8Array => encoder.encode(JSON.stringify(list))
export const encodeQueue = (queue: Queue): Uint8Array => encoder.encode(JSON.stringify(queue))
export const decodeQueue = (bytes: Uint8Array): Queue => JSON.parse(decoder.decode(bytes)) as Queue
/** Reads what `encodeFactList` wrote; the views hold nothing else under these keys. */
export const decodeFactList = (bytes: Uint8Array): FactList => JSON.parse(decoder.decode(bytes)) as FactList
