/**
 * Counts readings from the ledger's text without a line of the program's own folds, schemas or calendar: what it finds and
 * what the program tallied agree only when both are right.
 */

/** A record as the engine holds it. */
export type DumpedRecord = {
  readonly partition: number
  readonly offset: number
  readonly key: string
  readonly text: string
}

/** A reading that lies on the ledger. */
export type FoundReading = {
  readonly id: string
  /** `tenant/patient` */
  readonly patient: string
  readonly device: string
  /** ms since 1970 */
  readonly measuredAt: number
}

/** For each patient (`tenant/patient`) the readings that stand: distinct ids, none of them retracted; id → instant, ms. */
export type Recount = ReadonlyMap<string, ReadonlyMap<string, number>>

/** How many readings each local date (`2026-10-25`) holds; dates without any are absent. */
export type DateCounts = ReadonlyMap<string, number>

export function recount(records: readonly DumpedRecord[]): Recount {
  const standing = new Map<string, Map<string, number>>()
  for (const { id, patient, measuredAt } of readingsOf(records)) {
    const own = standing.getOrInsertComputed(patient, () => new Map<string, number>())
    if (!own.has(id)) own.set(id, measuredAt)
  }
  for (const { patient, readingId } of retractionsOf(records)) standing.get(patient)?.delete(readingId)
  return standing
}

/** Every reading on the ledger, in the order of each partition, copies among them. */
export function readingsOf(records: readonly DumpedRecord[]): FoundReading[] {
  return records.flatMap((record) => {
    const { type, id, data } = envelopeOf(record)
    const reading = fieldsOf(data.reading)
    const { device, measuredAt } = reading
    if (type !== 'reading.recorded' || !isDevice(device) || !isInstant(measuredAt)) return []
    return isMeasurement(reading.measurement) ? [{ id, patient: record.key, device, measuredAt }] : []
  })
}

function retractionsOf(records: readonly DumpedRecord[]): { patient: string; readingId: string }[] {
  return records.flatMap((record) => {
    const { type, data } = envelopeOf(record)
    const { readingId } = data
    return type === 'reading.retracted' && isText(readingId) ? [{ patient: record.key, readingId }] : []
  })
}

/** The names of readings that nobody had the device of: `unassigned`. */
export function parkedOf(records: readonly DumpedRecord[]): FoundReading[] {
  return records.flatMap(({ key, text }) => {
    const { type, id, data } = fieldsOf(parse(text))
    const { device, measuredAt } = fieldsOf(fieldsOf(data).reading)
    const whole = type === 'reading.parked' && isText(id) && isText(device) && isInstant(measuredAt)
    return whole ? [{ id, patient: key, device, measuredAt }] : []
  })
}

/** How many of a patient's standing readings each local date of a zone holds. */
export function datesOf(readings: ReadonlyMap<string, number>, zone: string): DateCounts {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    calendar: 'gregory',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  })
  const counts = new Map<string, number>()
  for (const instant of readings.values()) {
    const date = localDate(format, instant)
    counts.set(date, (counts.get(date) ?? 0) + 1)
  }
  return counts
}

function localDate(format: Intl.DateTimeFormat, instant: number): string {
  const parts = new Map(format.formatToParts(instant).map(({ type, value }) => [type, value]))
  return `${parts.get('year')}-${parts.get('month')}-${parts.get('day')}`
}

type Fields = Readonly<Record<string, unknown>>
type Envelope = { readonly type: string; readonly id: string; readonly data: Fields }

const nothing: Envelope = { type: '', id: '', data: {} }

/** The envelope of a fact about the patient that the record's key names, else nothing: not JSON, a later version, a lie. */
function envelopeOf({ key, text }: DumpedRecord): Envelope {
  const { type, v, id, tenant, data: given } = fieldsOf(parse(text))
  const data = fieldsOf(given)
  const { patient } = data
  const known = v === 1 || (v === 2 && type === 'reading.recorded')
  const whole = known && isText(type) && isText(id) && isText(tenant) && isText(patient)
  return whole && key === `${tenant}/${patient}` ? { type, id, data } : nothing
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {}
const isText = (value: unknown): value is string => typeof value === 'string' && value !== ''
const isDevice = (value: unknown): value is string => isText(value) && /^[a-z0-9]/i.test(value)
const isInstant = (value: unknown): value is number =>
  Number.isSafeInteger(value) && Number(value) >= Date.UTC(2000, 0) && Number(value) <= Date.UTC(2100, 0)

/** No body has a value above 1,000 in any of the units. */
const isMeasurement = (value: unknown): boolean => {
  const { kind, ...values } = fieldsOf(value)
  return isText(kind) && Object.values(values).every((each) => typeof each !== 'number' || each <= 1000)
}
