import { dateAt } from './calendar.ts'
import { type DumpedRecord, factIn, fieldsOf, isInstant, isText, parsed } from './records.ts'

/** A reading that lies on the ledger. */
export type FoundReading = {
  readonly id: string
  /** `tenant/patient` */
  readonly patient: string
  readonly device: string
  /** ms since 1970, as the other instants */
  readonly measuredAt: number
  /** When the upload came to the vendor, else to the gateway. */
  readonly arrivedAt: number
  readonly clockQuality: string
  readonly offset: number
}

/** For each patient (`tenant/patient`) the readings that stand: the first of each id, unless the last word on it takes it back. */
export type Recount = ReadonlyMap<string, ReadonlyMap<string, FoundReading>>

/** How many readings each local date (`2026-10-25`) holds; dates without any are absent. */
export type DateCounts = ReadonlyMap<string, number>

export function recount(records: readonly DumpedRecord[]): Recount {
  const standing = new Map<string, Map<string, FoundReading>>()
  for (const reading of readingsOf(records)) {
    const own = standing.getOrInsertComputed(reading.patient, () => new Map<string, FoundReading>())
    if (!own.has(reading.id)) own.set(reading.id, reading)
  }
  for (const [name, isTaken] of lastWords(records)) {
    const { patient, readingId } = parsed(name) as { patient: string; readingId: string } // written below
    if (isTaken) standing.get(patient)?.delete(readingId)
  }
  return standing
}

/** Every reading on the ledger, in the order of each partition, copies among them. */
export function readingsOf(records: readonly DumpedRecord[]): FoundReading[] {
  return records.flatMap((record) => {
    const { type, id, data } = factIn(record) ?? nothing
    if (type !== 'reading.recorded' || !isText(data['patient'])) return []
    const { device, measuredAt, measurement, clockQuality, ...arrived } = fieldsOf(data['reading'])
    if (!isDevice(device) || !isInstant(measuredAt) || !isMeasurement(measurement)) return []
    const arrivedAt = Number(arrived['vendorReceivedAt'] ?? arrived['gatewayReceivedAt'])
    const { key: patient, offset } = record
    return [{ id, patient, device, measuredAt, arrivedAt, clockQuality: String(clockQuality), offset }]
  })
}

/** Of each reading about which something was said, whether it was taken back last, or restored. */
function lastWords(records: readonly DumpedRecord[]): ReadonlyMap<string, boolean> {
  const words = new Map<string, boolean>()
  for (const record of records.toSorted((a, b) => a.offset - b.offset)) {
    const { type, data } = factIn(record) ?? nothing
    const { readingId } = data
    if ((type === 'reading.retracted' || type === 'reading.restored') && isText(readingId))
      words.set(JSON.stringify({ patient: record.key, readingId }), type === 'reading.retracted')
  }
  return words
}

/** The names of readings that no one had the device of: `unassigned`. */
export function parkedOf(
  records: readonly DumpedRecord[],
): Pick<FoundReading, 'id' | 'device' | 'measuredAt'>[] {
  return records.flatMap((record) => {
    const { type, id, data } = fieldsOf(parsed(record.text))
    const { device, measuredAt } = fieldsOf(fieldsOf(data)['reading'])
    const isWhole = type === 'reading.parked' && isText(id) && isText(device) && isInstant(measuredAt)
    return isWhole ? [{ id, device, measuredAt }] : []
  })
}

/** How many of a patient's standing readings each local date of a zone holds. */
export function datesOf(
  readings: ReadonlyMap<string, Pick<FoundReading, 'measuredAt'>>,
  zone: string,
): DateCounts {
  const counts = new Map<string, number>()
  for (const { measuredAt } of readings.values()) {
    const date = dateAt(Math.floor(measuredAt / 1000), zone)
    counts.set(date, (counts.get(date) ?? 0) + 1)
  }
  return counts
}

const nothing = { type: '', id: '', data: {} as Readonly<Record<string, unknown>> }

const isDevice = (value: unknown): value is string => isText(value) && /^[a-z0-9]/i.test(value)

/** No body has a value above 1,000 in any of the units. */
const isMeasurement = (value: unknown): boolean => {
  const { kind, ...values } = fieldsOf(value)
  return isText(kind) && Object.values(values).every((each) => typeof each !== 'number' || each <= 1000)
}
