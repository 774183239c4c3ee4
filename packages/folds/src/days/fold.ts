import { type FactOf, failure, type Measurement, type Reading, type ReadingFact } from '@cufflink/contracts'
import { earlier, hash32, joined, minuteOf } from '../codec/entries.ts'
import { DAY_S, monthIndexOfDay, utcMonth } from '../time/calendar.ts'
import type { DayReading, DayRetraction, DaysDocument, DeviceDays } from './document.ts'

/**
 * The document with one fact more. The very same object comes back when the fact adds nothing, so that the caller
 * need not write it. `document` is that of the fact's patient and month, or undefined when there is none yet.
 */
export function foldDays(
  document: DaysDocument | undefined,
  fact: ReadingFact,
  offset: number,
): DaysDocument {
  const { device, second } = placeOf(fact)
  const monthIndex = monthIndexOfDay(Math.floor(second / DAY_S))
  const before = document ?? { monthIndex, devices: [] }
  if (before.monthIndex !== monthIndex)
    throw failure('INTERNAL', { detail: 'A reading was folded into another month.' })
  const at = before.devices.findIndex((days) => days.device >= device)
  const found = before.devices[at]
  const days = found?.device === device ? found : { device, readings: [], retractions: [] }
  const folded = foldDevice(days, fact, offset)
  if (folded === days) return before
  if (found === days) return { monthIndex, devices: before.devices.with(at, folded) }
  return { monthIndex, devices: before.devices.toSpliced(at < 0 ? before.devices.length : at, 0, folded) }
}

/** The UTC month whose document a fact belongs to, `2026-10`. */
export const monthOfFact = (fact: ReadingFact): string => utcMonth(placeOf(fact).second * 1000)

function placeOf(fact: ReadingFact): { device: string; second: number } {
  const { device, measuredAt } = fact.type === 'reading.recorded' ? fact.data.reading : fact.data
  return { device, second: Math.floor(measuredAt / 1000) }
}

function foldDevice(days: DeviceDays, fact: ReadingFact, offset: number): DeviceDays {
  if (fact.type !== 'reading.recorded') {
    const retractions = joined(days.retractions, retractionOf(fact, offset), retractionRule)
    return retractions === days.retractions ? days : { ...days, retractions }
  }
  const readings = withReading(days.readings, readingOf(fact, offset))
  return readings === days.readings ? days : { ...days, readings }
}

/**
 * The instant of a reading without a clock is that of its arrival: sent again it has another instant, and only its id
 * tells that it is the same. The one that came first on the ledger stays.
 */
function withReading(readings: readonly DayReading[], reading: DayReading): readonly DayReading[] {
  if (reading.clockQuality !== 'receipt') return joined(readings, reading, readingRule)
  const at = readings.findIndex((held) => held.clockQuality === 'receipt' && held.idHash === reading.idHash)
  const held = readings[at]
  if (held === undefined) return joined(readings, reading, readingRule)
  return held.offset <= reading.offset ? readings : joined(readings.toSpliced(at, 1), reading, readingRule)
}

function readingOf(fact: FactOf<'reading.recorded'>, offset: number): DayReading {
  const { clockQuality, measuredAt, measurement, ...reading }: Reading = fact.data.reading
  const { recordId, deviceTime } = reading
  const byId = clockQuality === 'receipt' || recordId !== undefined || deviceTime !== undefined
  const hash = hash40(fact.id)
  return {
    second: Math.floor(measuredAt / 1000),
    idHash: byId ? hash : hash % BITS_16,
    byId,
    clockQuality,
    ...(deviceTime !== undefined && {
      [recordId === undefined ? 'deviceSecond' : 'clockSecond']: Math.floor(deviceTime / 1000),
    }),
    ...(reading.userSlot !== undefined && { userSlot: reading.userSlot }),
    uploadMinute: minuteOf(reading.vendorReceivedAt ?? reading.gatewayReceivedAt),
    recordedMinute: minuteOf(fact.at),
    offset,
    measurement,
  }
}

/** Of two recordings of one reading the one that came first on the ledger stays, and that they differ is remembered. */
function joinReadings(held: DayReading, entry: DayReading): DayReading {
  const first = earlier(held, entry)
  const differs = held.differs || entry.differs || textOf(held.measurement) !== textOf(entry.measurement)
  return !differs || first.differs ? first : { ...first, differs }
}

/** The same for equal values. */
export const measurementText = (measurement: Measurement): string =>
  JSON.stringify(Object.entries(measurement).toSorted(([one], [other]) => (one < other ? -1 : 1)))

const textOf = (measurement: Measurement | undefined): string =>
  measurement === undefined ? '' : measurementText(measurement)

const retractionOf = (
  fact: Exclude<ReadingFact, FactOf<'reading.recorded'>>,
  offset: number,
): DayRetraction => ({
  second: Math.floor(fact.data.measuredAt / 1000),
  idHash: hash40(fact.data.readingId),
  wordHash: hash40(fact.id) % BITS_16,
  restored: fact.type === 'reading.restored',
  recordedMinute: minuteOf(fact.at),
  offset,
})

const BITS_16 = 0x10000
const BITS_24 = 0x1000000

/** 40 bits of an id. */
function hash40(id: string): number {
  const hash = hash32(id)
  return ((hash ^ (hash >>> 24)) & 0xffffff) + BITS_24 * (hash32(`${id}~`) % BITS_16)
}

/**
 * The readings of a device over any months, each by its id alone where that is known: also where one was dated by a clock that was
 * not believed when the same reading was sent at another time.
 */
export function identified(readings: readonly DayReading[]): readonly DayReading[] {
  const ids = new Map<string, number>()
  for (const { deviceSecond, idHash } of readings)
    if (deviceSecond !== undefined) ids.set(`${deviceSecond} ${idHash % BITS_16}`, idHash)
  if (ids.size === 0) return readings
  return readings.map((reading) => {
    const idHash = reading.byId ? undefined : ids.get(`${reading.second} ${reading.idHash}`)
    return idHash === undefined ? reading : { ...reading, byId: true, idHash }
  })
}

/** Whether a retraction names a reading: by its id alone where that makes the reading. */
export const names = (retraction: DayRetraction, reading: DayReading): boolean =>
  reading.byId
    ? retraction.idHash === reading.idHash
    : retraction.second === reading.second && retraction.idHash % BITS_16 === reading.idHash

export const compareReadings = (a: DayReading, b: DayReading): number =>
  a.second - b.second ||
  a.idHash - b.idHash ||
  Number(a.clockQuality === 'receipt') - Number(b.clockQuality === 'receipt') ||
  Number(a.byId) - Number(b.byId) ||
  (a.userSlot ?? -1) - (b.userSlot ?? -1)

export const compareRetractions = (a: DayRetraction, b: DayRetraction): number =>
  a.second - b.second || a.idHash - b.idHash || a.wordHash - b.wordHash

const readingRule = { compare: compareReadings, join: joinReadings }
const retractionRule = { compare: compareRetractions, join: earlier<DayRetraction> }
