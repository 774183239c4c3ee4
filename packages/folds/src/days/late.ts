import { patientKey, type ReadingFact } from '@cufflink/contracts'
import { createWriter, readVarint, reserve, take, unreadable, writeVarint } from '../codec/bytes.ts'
import { monthIndexOf } from '../time/calendar.ts'
import { monthOfFact } from './fold.ts'

/**
 * Tells whether older months of a patient's readings changed, without reading them: what is dated in the latest month, or the one before it,
 * is expected, and whatever is dated earlier than that is late. Only facts of one partition, in the order of the ledger, fold into it.
 */
export type LateReadings = {
  /** The latest UTC month that any fact was dated in; months since 1970-01. */
  readonly latestMonth: number
  /** The offset of the last fact that was late; -1 while none was. */
  readonly lastOffset: number
}

/** The very same document comes back when the fact is not late, which is nearly always: then nothing is written. */
export function foldLate(
  document: LateReadings | undefined,
  fact: ReadingFact,
  offset: number,
): LateReadings {
  const month = monthIndexOf(monthOfFact(fact))
  if (document === undefined) return { latestMonth: month, lastOffset: -1 }
  if (month > document.latestMonth) return { ...document, latestMonth: month }
  if (month >= document.latestMonth - 1 || offset <= document.lastOffset) return document
  return { ...document, lastOffset: offset }
}

/** The key of it: `late:tenant/patient`. */
export const lateKey = (tenant: string, patient: string): string => `late:${patientKey(tenant, patient)}`

/* document  version:1  latestMonth:varint  lastOffset+1:varint */
const VERSION = 1

export function encodeLate({ latestMonth, lastOffset }: LateReadings): Uint8Array {
  const writer = createWriter()
  reserve(writer, 20)
  for (const value of [VERSION, latestMonth, lastOffset + 1]) writeVarint(writer, value)
  return take(writer)
}

export function decodeLate(bytes: Uint8Array): LateReadings {
  const reader = { bytes, at: 0 }
  if (readVarint(reader) !== VERSION) throw unreadable(reader, 'its version is not known')
  const [latestMonth, lastOffset] = [readVarint(reader), readVarint(reader) - 1]
  if (reader.at !== bytes.length) throw unreadable(reader, 'it goes on')
  return { latestMonth, lastOffset }
}
