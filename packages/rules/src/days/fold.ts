import { type FactOf, failure, type ReadingFact } from '@cufflink/contracts'
import { earlier, hash32, joined, minuteOf } from '../codec/entries.ts'
import { DAY_S, monthIndexOfDay, monthOf } from '../time/calendar.ts'
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
export const monthOfFact = (fact: ReadingFact): string => monthOf(placeOf(fact).second * 1000)

function placeOf(fact: ReadingFact): { device: string; second: number } {
  const { device, measuredAt } = fact.type === 'reading.recorded' ? fact.data.reading : fact.data
  return { device, second: Math.floor(measuredAt / 1000) }
}

function foldDevice(days: DeviceDays, fact: ReadingFact, offset: number): DeviceDays {
  if (fact.type === 'reading.retracted') {
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
  const { idHash } = reading
  const at = readings.findIndex((held) => held.idHash === idHash && held.clockQuality === 'receipt')
  const held = readings[at]
  if (held === undefined) return joined(readings, reading, readingRule)
  return held.offset <= reading.offset ? readings : joined(readings.toSpliced(at, 1), reading, readingRule)
}

function readingOf(fact: FactOf<'reading.recorded'>, offset: number): DayReading {
  const { reading } = fact.data
  const { clockQuality } = reading
  const hash = hash24(fact.id)
  return {
    second: Math.floor(reading.measuredAt / 1000),
    idHash: clockQuality === 'receipt' ? hash : hash & 0xffff,
    clockQuality,
    uploadMinute: minuteOf(reading.vendorReceivedAt ?? reading.gatewayReceivedAt),
    recordedMinute: minuteOf(fact.at),
    offset,
  }
}

const retractionOf = (fact: FactOf<'reading.retracted'>, offset: number): DayRetraction => ({
  second: Math.floor(fact.data.measuredAt / 1000),
  idHash: hash24(fact.data.readingId),
  recordedMinute: minuteOf(fact.at),
  offset,
})

/** 24 bits of an id: of 2,000 months of readings without a clock, one has a pair that agrees by chance. */
function hash24(id: string): number {
  const hash = hash32(id)
  return (hash ^ (hash >>> 24)) & 0xffffff
}

/** Whether a retraction names a reading: by its id alone where the instant is only that of an arrival. */
export const names = (retraction: DayRetraction, reading: DayReading): boolean =>
  reading.clockQuality === 'receipt'
    ? retraction.idHash === reading.idHash
    : retraction.second === reading.second && (retraction.idHash & 0xffff) === reading.idHash

export const compareReadings = (a: DayReading, b: DayReading): number =>
  a.second - b.second ||
  a.idHash - b.idHash ||
  Number(a.clockQuality === 'receipt') - Number(b.clockQuality === 'receipt')

export const compareRetractions = (a: DayRetraction, b: DayRetraction): number =>
  a.second - b.second || a.idHash - b.idHash

const readingRule = { compare: compareReadings, join: earlier<DayReading> }
const retractionRule = { compare: compareRetractions, join: earlier<DayRetraction> }
