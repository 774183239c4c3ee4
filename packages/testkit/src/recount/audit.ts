import {
  type DateCounts,
  type DumpedRecord,
  datesOf,
  parkedOf,
  readingsOf,
  recount,
} from '@cufflink/contracts/recount'
import { deviceOf, type Journal, readingName } from './journal.ts'

/** What is compared, all of it taken at rest. */
export type Evidence = {
  readonly journal: Journal
  readonly dump: {
    readonly readings: readonly DumpedRecord[]
    readonly unassigned: readonly DumpedRecord[]
    readonly rejected: readonly DumpedRecord[]
  }
  /** The home zone of each patient, `tenant/patient`. */
  readonly zones: ReadonlyMap<string, string>
  /** What the views say of each patient. */
  readonly tallies: ReadonlyMap<string, DateCounts>
}

/** A promise that was broken: which one, whose reading or patient, and how. */
export type Violation = {
  readonly promise: 'P1' | 'P2' | 'P3' | 'P4'
  readonly subject: string
  readonly what: string
}

/** Every broken promise among P1 to P4 that the evidence shows. */
export function audit(evidence: Evidence): Violation[] {
  return [...lost(evidence), ...invented(evidence), ...disordered(evidence), ...miscounted(evidence)]
}

/** P1: every acknowledged reading is on the ledger: as a reading, parked, or as the bytes that were refused. */
function lost({ journal, dump }: Evidence): Violation[] {
  const held = new Set([...namesOf(dump), ...refusedOf(dump.rejected)])
  return [...journal.acknowledged]
    .filter((reading) => !held.has(reading))
    .map((subject) => ({ promise: 'P1', subject, what: 'was acknowledged and is not on the ledger' }))
}

/** P2: no reading is there that no device sent, nor one under a second id. */
function invented({ journal, dump }: Evidence): Violation[] {
  const ids = new Map<string, string>()
  const found: Violation[] = []
  for (const { device, measuredAt, id } of readingsOf(dump.readings)) {
    const subject = readingName(device, measuredAt)
    const known = ids.getOrInsert(subject, id)
    if (known !== id) found.push({ promise: 'P2', subject, what: 'is on the ledger under two ids' })
  }
  const names = new Set(namesOf(dump))
  const unsent = [...names].filter((subject) => !journal.sent.has(subject))
  return [
    ...found,
    ...unsent.map(
      (subject) => ({ promise: 'P2', subject, what: 'is on the ledger and no one sent it' }) as const,
    ),
  ]
}

/** P3: per device, the first occurrences on the ledger come in the order of the first sendings. */
function disordered({ journal, dump }: Evidence): Violation[] {
  const sendOrder = new Map([...journal.sent].map((reading, index) => [reading, index]))
  const last = new Map<string, { reading: string; index: number }>()
  const found: Violation[] = []
  for (const reading of new Set(namesOf({ readings: dump.readings, unassigned: [] }))) {
    const device = deviceOf(reading)
    const index = sendOrder.get(reading)
    if (index === undefined) continue
    const before = last.get(device)
    if (before !== undefined && before.index > index)
      found.push({
        promise: 'P3',
        subject: reading,
        what: `lies after ${before.reading}, which was sent later`,
      })
    else last.set(device, { reading, index })
  }
  return found
}

/** P4: every tally equals the recount. */
function miscounted({ dump, zones, tallies }: Evidence): Violation[] {
  const counted = recount(dump.readings)
  const patients = new Set([...counted.keys(), ...tallies.keys()])
  return [...patients].flatMap((subject) => {
    const zone = zones.get(subject)
    if (zone === undefined) return [{ promise: 'P4', subject, what: 'is no one’s patient' } as const]
    const expected = datesOf(counted.get(subject) ?? new Map(), zone)
    const tallied = tallies.get(subject) ?? new Map<string, number>()
    const dates = [...new Set([...expected.keys(), ...tallied.keys()])].toSorted()
    return dates
      .filter((date) => expected.get(date) !== tallied.get(date))
      .map((date) => {
        const what = `${date} is tallied ${tallied.get(date) ?? 0}, recounted ${expected.get(date) ?? 0}`
        return { promise: 'P4', subject, what } as const
      })
  })
}

const namesOf = ({ readings, unassigned }: Omit<Evidence['dump'], 'rejected'>): string[] =>
  [...readingsOf(readings), ...parkedOf(unassigned)].map(({ device, measuredAt }) =>
    readingName(device, measuredAt),
  )

/** The readings in payloads that were refused, as far as they can be made out. */
function refusedOf(rejected: readonly DumpedRecord[]): string[] {
  return rejected.flatMap(({ key, text }) => {
    try {
      const { data } = JSON.parse(text) as { data: { payloadBase64: string } }
      const payload = JSON.parse(Buffer.from(data.payloadBase64, 'base64').toString()) as {
        measuredAt: number
      }
      return [readingName(key, payload.measuredAt)]
    } catch {
      return []
    }
  })
}
