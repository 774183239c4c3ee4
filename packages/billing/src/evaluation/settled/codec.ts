import { patientKey } from '@cufflink/contracts'
import type { LateReadings } from '@cufflink/folds'
import { decodeDays, encodeDays } from '@cufflink/folds'
import {
  type ByteReader,
  createWriter,
  readName,
  readVarint,
  reserve,
  take,
  unreadable,
  unzigzag,
  writeName,
  writeVarint,
  zigzag,
} from '@cufflink/folds/bytes'
import type { Settled } from './settled.ts'

/** With what it was made from: it holds while both are still the same. */
export type SettledDocument = Settled & {
  /** Of the patient's file, claims and devices, the practice's facts, the rules and this program. */
  readonly stamp: string
  /** The last late reading that is in it. */
  readonly lastLate: LateReadings['lastOffset']
}

/** The key of it: `settled:tenant/patient`. */
export const settledKey = (tenant: string, patient: string): string =>
  `settled:${patientKey(tenant, patient)}`

/*
 * document  version (a byte)  stamp:name  lastLate+1  before  start  known+1  firstDay:zigzag  earliest:zigzag  latest:zigzag  ids  id*  days  day*
 *   id      the difference from the one before
 *   day     length, then the bytes of a days document
 * All numbers are varints.
 */
const VERSION = 2

export function encodeSettled(document: SettledDocument): Uint8Array {
  const { stamp, lastLate, before, start, known, firstDay, earliest, latest, ids, days } = document
  const writer = createWriter()
  writeVarint(writer, VERSION)
  writeName(writer, stamp)
  reserve(writer, 64 + 4 * ids.length)
  for (const value of [lastLate + 1, before, start, known + 1]) writeVarint(writer, value)
  for (const value of [firstDay, earliest, latest]) writeVarint(writer, zigzag(value))
  writeVarint(writer, ids.length)
  ids.forEach((id, index) => writeVarint(writer, id - (ids[index - 1] ?? 0)))
  writeVarint(writer, days.length)
  for (const bytes of days.map(encodeDays)) {
    reserve(writer, bytes.length + 8)
    writeVarint(writer, bytes.length)
    writer.bytes.set(bytes, writer.length)
    writer.length += bytes.length
  }
  return take(writer)
}

export function decodeSettled(bytes: Uint8Array): SettledDocument {
  const reader: ByteReader = { bytes, at: 0 }
  if (readVarint(reader) !== VERSION) throw unreadable(reader, 'its version is not known')
  const stamp = readName(reader)
  const [lastLate, before] = [readVarint(reader) - 1, readVarint(reader)]
  const [start, known] = [readVarint(reader), readVarint(reader) - 1]
  const signed = (): number => unzigzag(readVarint(reader))
  const [firstDay, earliest, latest] = [signed(), signed(), signed()]
  let id = 0
  const ids = Array.from({ length: count(reader) }, () => (id += readVarint(reader)))
  const days = Array.from({ length: count(reader) }, () => {
    const length = count(reader)
    reader.at += length
    return decodeDays(bytes.subarray(reader.at - length, reader.at))
  })
  if (reader.at !== bytes.length) throw unreadable(reader, 'it goes on')
  return { stamp, lastLate, before, start, known, firstDay, earliest, latest, ids, days }
}

/** No more than there are bytes left. */
function count(reader: ByteReader): number {
  const value = readVarint(reader)
  if (value > reader.bytes.length - reader.at) throw unreadable(reader, 'it ends early')
  return value
}
