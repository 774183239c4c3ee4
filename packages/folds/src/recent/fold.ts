import type { FactOf, Measurement } from '@cufflink/contracts'

import { hash32, joined } from '../codec/entries.ts'
import type { RecentDocument, RecentReading } from './document.ts'

/** What the values of a month are folded from. */
export type ValuesFact = FactOf<'reading.recorded'> | FactOf<'reading.retracted'>

/** The document with one fact more; the very same object when the fact adds nothing. */
export function foldRecent(
  document: RecentDocument | undefined,
  fact: ValuesFact,
  offset: number,
): RecentDocument {
  const before = document?.readings ?? []
  const readings = joined(before, entryOf(fact, offset), rule)
  return document !== undefined && readings === before ? document : { readings }
}

function entryOf(fact: ValuesFact, offset: number): RecentReading {
  if (fact.type === 'reading.retracted') {
    const { device, measuredAt, readingId } = fact.data
    return {
      second: Math.floor(measuredAt / 1000),
      idHash: hash32(readingId),
      device,
      retracted: true,
      differs: false,
    }
  }
  const { device, measuredAt, clockQuality, measurement } = fact.data.reading
  const { deviceTime } = { deviceTime: undefined, ...fact.data.reading }
  return {
    second: Math.floor(measuredAt / 1000),
    idHash: hash32(fact.id),
    device,
    recorded: {
      clockQuality,
      ...(deviceTime !== undefined && { deviceSecond: Math.floor(deviceTime / 1000) }),
      measurement,
      offset,
    },
    retracted: false,
    differs: false,
  }
}

export const compareRecent = (a: RecentReading, b: RecentReading): number =>
  a.second - b.second || a.idHash - b.idHash || (a.device < b.device ? -1 : a.device > b.device ? 1 : 0)

/** Of two recordings of one reading the first on the ledger stays; once retracted, it stays retracted. */
function join(held: RecentReading, entry: RecentReading): RecentReading {
  const first =
    held.recorded === undefined || (entry.recorded && entry.recorded.offset < held.recorded.offset)
      ? entry.recorded
      : held.recorded
  const retracted = held.retracted || entry.retracted
  const differs = held.differs || entry.differs || areOther(held.recorded, entry.recorded)
  if (first === held.recorded && retracted === held.retracted && differs === held.differs) return held
  const { second, idHash, device } = held
  return { second, idHash, device, ...(first && { recorded: first }), retracted, differs }
}

const areOther = (a: RecentReading['recorded'], b: RecentReading['recorded']): boolean =>
  a !== undefined && b !== undefined && measurementText(a.measurement) !== measurementText(b.measurement)

/** The same for equal values. */
export const measurementText = (measurement: Measurement): string =>
  JSON.stringify(Object.entries(measurement).toSorted(([one], [other]) => (one < other ? -1 : 1)))

const rule = { compare: compareRecent, join }
