import { hash } from 'node:crypto'
import { type Documents, untilCurrent } from '@cufflink/charts'
import { decodeFact, type FactOf, patientKey, type ReadingFact } from '@cufflink/contracts'
import { patientAt, type RegisteredDevice, type Registry } from '@cufflink/directory'
import {
  byKeptId,
  compareReadings,
  type DayReading,
  type DaysDocument,
  foldDays,
  measurementText,
  monthsOfReadings,
  readingsOf,
} from '@cufflink/folds'
import { type Ledger } from '@cufflink/ledger'
import type { Clock } from '@cufflink/runtime'
import type { Views } from '@cufflink/views'

const FOLDED_WITHIN_MS = 5_000

export type SettleOptions = {
  readonly ledger: Pick<Ledger, 'append' | 'read' | 'partitionOf' | 'endOffsets'>
  readonly views: Pick<Views, 'watermark'>
  readonly documents: Pick<Documents, 'days'>
  readonly registry: Pick<Registry, 'find'>
  readonly clock: Pick<Clock, 'now'>
}

type Recorded = FactOf<'reading.recorded'>
/** What the index has of a device under one who had it. */
type Holder = { readonly patient: string; readonly documents: readonly DaysDocument[] }
/** A reading that stands under a patient. */
type Standing = { readonly patient: string; readonly reading: DayReading }
/** The same with its fact, and who had the device when it was measured. */
type Found = Standing & {
  readonly fact: Recorded
  readonly owner: string
  /** When it came first (ms), under whomever: also as a copy that was taken back since. */
  readonly arrivedAt: number
}
type Look = {
  readonly device: RegisteredDevice
  readonly holders: readonly Holder[]
  readonly options: SettleOptions
}

/**
 * Moves readings to the patient who turns out to have had the device, and takes back all but the first of those that it sent for several
 * patients under one id (ADR 19): first `reading.recorded` for the one who had it, then `reading.retracted` for the others. What is left
 * to do is what the index still has, so that a crash between the two, or another tracker doing the same, does no harm.
 */
export async function settleDevice(device: RegisteredDevice, options: SettleOptions): Promise<void> {
  const holders = device.assignments.map(({ patient }) => patientKey(device.tenant, patient))
  const readings = new Set(holders.map(options.ledger.partitionOf))
  const current = await untilCurrent(options, { withinMs: FOLDED_WITHIN_MS, readings })
  const look = { device, options, holders: await holdersOf(device, options) }
  const groups = doubtful(look)
  const taken = takenBack(look)
  await current.requireStill()
  for (const group of groups) {
    const found = await withFacts(group, taken, look)
    for (const copies of Map.groupBy(found, saidBy).values())
      for (const fact of settling(copies, look)) {
        // The record was replaced meanwhile: the device is looked at again.
        if (options.registry.find(device.device) !== device) return
        if (!changesAnything(fact, look)) continue
        await options.ledger.append(fact)
      }
  }
}

/** Of several patients, another content under the same id is another reading: the device was reset when it was handed on. */
const saidBy = ({ fact }: Found): string => contentOf(fact)
const contentOf = ({ id, data }: Recorded): string =>
  `${id} ${data.reading.userSlot ?? ''} ${measurementText(data.reading.measurement)}`

const holdersOf = (
  { tenant, assignments }: RegisteredDevice,
  { documents, clock }: SettleOptions,
): Promise<readonly Holder[]> =>
  Promise.all(
    [...Map.groupBy(assignments, ({ patient }) => patient)].map(async ([patient, spans]) => {
      const since = Math.min(...spans.map(({ from }) => from))
      const months = monthsOfReadings(since, Math.max(since, clock.now()))
      return { patient, documents: await documents.days(tenant, patient, months) }
    }),
  )

const areOfSeveral = (group: readonly Standing[]): boolean =>
  group.some(({ patient }) => patient !== group[0]!.patient)

/**
 * The readings of which the facts must be read, grouped so that copies of one are together: those that may be another patient's, and those
 * that stand under several patients with one id, as far as the index keeps it, and the same values. A device that began its record ids
 * again for another patient has many with one id: facts are read one by one, so values that differ are told by the views.
 */
function doubtful({ device, holders }: Look): readonly (readonly Standing[])[] {
  const groups = byKeptId(
    holders.flatMap(({ patient, documents }) =>
      readingsOf(documents)
        .filter((one) => one.device === device.device && one.fault === undefined)
        .map(({ reading }) => ({ patient, reading })),
    ),
  )
  const valuesOf = ({ reading: { measurement } }: Standing): string =>
    measurement === undefined ? '' : measurementText(measurement)
  const mayBeOthers = ({ patient, reading }: Standing): boolean =>
    ownersIn(reading.second, device).some((owner) => owner !== undefined && owner !== patient)
  return groups
    .flatMap((group) => (areOfSeveral(group) ? [...Map.groupBy(group, valuesOf).values()] : [group]))
    .filter((group) => areOfSeveral(group) || group.some(mayBeOthers))
}

/** The readings of the device that were taken back. */
const takenBack = ({ device, holders }: Look): readonly Standing[] =>
  holders.flatMap(({ patient, documents }) =>
    readingsOf(documents)
      .filter((one) => one.device === device.device && one.fault === 'RETRACTED')
      .map(({ reading }) => ({ patient, reading })),
  )

/**
 * A copy that another tracker has just taken back still tells when the reading came: else what is first would be another from one fact to
 * the next, and two trackers at once would take back each other's.
 */
async function withFacts(
  group: readonly Standing[],
  taken: readonly Standing[],
  { device, options }: Look,
): Promise<readonly Found[]> {
  const seconds = new Set(group.map(({ reading }) => reading.second))
  const [first] = group
  const copies = taken.filter(
    ({ reading }) => seconds.has(reading.second) && reading.idHash === first!.reading.idHash,
  )
  const read = await Promise.all(
    [...group, ...copies].map(async (one) => {
      const key = patientKey(device.tenant, one.patient)
      return { ...one, fact: await factAt(options.ledger, key, one.reading.offset) }
    }),
  )
  const arrivedAt = (fact: Recorded): number =>
    Math.min(
      ...read.flatMap(({ fact: other }) =>
        other !== undefined && sayTheSame(other, fact) ? [other.data.reading.gatewayReceivedAt] : [],
      ),
    )
  return read.slice(0, group.length).flatMap(({ fact, ...one }) => {
    const owner = fact && patientAt(device, fact.data.reading.measuredAt)
    return fact === undefined || owner === undefined
      ? []
      : [{ ...one, fact, owner, arrivedAt: arrivedAt(fact) }]
  })
}

const sayTheSame = (a: Recorded, b: Recorded): boolean =>
  a.data.reading.measuredAt === b.data.reading.measuredAt && contentOf(a) === contentOf(b)

async function factAt(
  ledger: SettleOptions['ledger'],
  key: string,
  offset: number,
): Promise<Recorded | undefined> {
  const [record] = await ledger.read('readings', ledger.partitionOf(key), offset, 1)
  if (record?.offset !== offset) return undefined
  const fact = decodeFact(record.text)
  return fact.type === 'reading.recorded' ? fact : undefined
}

/** What is to be written so that of the copies of a reading the first that came counts, for the patient who had the device then. */
function settling(copies: readonly Found[], look: Look): readonly ReadingFact[] {
  for (const { patient, owner, fact } of copies.toSorted(compareArrivals)) {
    const missing = patient === owner ? [] : missingAtOwner({ owner, fact }, look)
    if (missing === undefined) continue
    // What its owner has of it besides, the index of that patient leaves out by itself.
    const others = copies.filter((one) => one.patient !== owner)
    return [...missing, ...others.map((one) => retraction(one, look))]
  }
  return []
}

/**
 * Whether the index of a patient does not have that word already: what was said of one reading may be unsaid of another with its very name,
 * and words that take turns would never come to rest.
 */
function changesAnything(fact: ReadingFact, { holders }: Look): boolean {
  const { documents } = holders.find(({ patient }) => patient === fact.data.patient)!
  const { monthIndex: month } = foldDays(undefined, fact, Number.MAX_SAFE_INTEGER)
  const document = documents.find(({ monthIndex }) => monthIndex === month)
  return foldDays(document, fact, Number.MAX_SAFE_INTEGER) !== document
}

const retraction = ({ fact, patient, owner }: Found, look: Look): ReadingFact => ({
  ...envelopeOf('retracted', fact, patient, look),
  type: 'reading.retracted',
  data: { patient, ...nameOf(fact), reason: owner === patient ? SENT_BEFORE : MOVED },
})

const MOVED = 'The device was another patient’s when it measured this.'
const SENT_BEFORE = 'The device had sent this before, with a time at which it was another patient’s.'

/** By facts that a move keeps: not by offsets, which tell no order over partitions. */
const compareArrivals = (a: Found, b: Found): number =>
  a.arrivedAt - b.arrivedAt ||
  a.fact.data.reading.measuredAt - b.fact.data.reading.measuredAt ||
  Number(a.patient !== a.owner) - Number(b.patient !== b.owner)

/**
 * What must be written so that a reading counts for its owner, by what the index of that patient will say of it. Nothing can be where that
 * has another patient's reading of the same id first, which a retraction takes back together with all others of that id.
 */
function missingAtOwner(
  { fact, owner }: Pick<Found, 'fact' | 'owner'>,
  look: Look,
): readonly ReadingFact[] | undefined {
  const { device, holders } = look
  const recorded: Recorded = {
    ...envelopeOf('recorded', fact, owner, look),
    id: fact.id,
    v: 2,
    type: 'reading.recorded',
    data: { patient: owner, reading: fact.data.reading },
  }
  const { documents } = holders.find(({ patient }) => patient === owner)!
  const folded = foldDays(undefined, recorded, Number.MAX_SAFE_INTEGER)
  const own = readingsOf([...documents, folded]).filter((one) => one.device === device.device)
  const added = own.find(({ reading }) => reading.offset === Number.MAX_SAFE_INTEGER)!
  const ofOneId = byKeptId(own).find((group) => group.includes(added))!
  const first = ofOneId.reduce((a, b) => (a.reading.offset < b.reading.offset ? a : b))
  if (first !== added && !ownersIn(first.reading.second, device).includes(owner)) return undefined
  const isThere = ofOneId.some((one) => one !== added && compareReadings(one.reading, added.reading) === 0)
  const restored: ReadingFact = {
    ...envelopeOf('restored', fact, owner, look),
    type: 'reading.restored',
    data: { patient: owner, ...nameOf(fact), reason: MOVED },
  }
  return [...(isThere ? [] : [recorded]), ...(added.fault === 'RETRACTED' ? [restored] : [])]
}

/** The index knows the second; who had the device at one instant of it. */
const ownersIn = (second: number, device: RegisteredDevice): readonly (string | undefined)[] => [
  patientAt(device, second * 1000),
  patientAt(device, second * 1000 + 999),
]

const nameOf = ({ id, data }: Recorded) => ({
  device: data.reading.device,
  measuredAt: data.reading.measuredAt,
  readingId: id,
})

/** The same word from the same record of the device, said by another tracker or once more, is the same fact. */
const envelopeOf = (word: string, { id }: Recorded, patient: string, { device, options }: Look) => ({
  id: hash('sha256', `${word}\n${id}\n${patient}\n${device.version}`, 'base64url').slice(0, 27),
  v: 1 as const,
  tenant: device.tenant,
  at: options.clock.now(),
  by: 'service:tracker',
})
