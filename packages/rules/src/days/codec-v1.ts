import type { ClockQuality } from '@cufflink/contracts'
import { type ByteReader, readByte, readFixed, readVarint, unreadable, unzigzag } from '../codec/bytes.ts'
import type { DayReading } from './document.ts'

/*
 * A reading as version 1 wrote it, which is only read; all else is as in version 2.
 *
 * reading     flags:1  time:fixed(1|2|3)  [recorded:varint]  hash:2|3  offset:fixed(1|2|3)|varint  [lag:varint]
 *   flags     bits 0–1 clock quality · 2–3 lag · 4–5 width of offset · 6–7 width of time
 *   time      seconds since the reading before, of the first since the month began
 *   recorded  present when time's code is 3: zigzag minutes from upload to ledger; time then is 3 bytes wide
 *   hash      3 bytes where the clock quality is receipt: there the id alone makes the reading
 *   offset    zigzag difference from the reading before, of the first from 0
 *   lag       minutes from measurement to upload: code 0 → 0, 1 → 1, 2 → the reading before's upload, 3 → zigzag, here
 */
const qualities = ['synced', 'offset', 'estimated', 'receipt'] as const satisfies readonly ClockQuality[]

export function readReadingV1(reader: ByteReader, before: DayReading): DayReading {
  const flags = readByte(reader)
  const timeCode = flags >>> 6
  const time = readFixed(reader, timeCode === 3 ? 3 : timeCode + 1)
  const recorded = timeCode === 3 ? unzigzag(readVarint(reader)) : 0
  const clockQuality = qualities[flags & 3] ?? 'synced'
  const idHash = readFixed(reader, clockQuality === 'receipt' ? 3 : 2)
  const offsetCode = (flags >>> 4) & 3
  const step = offsetCode === 3 ? readVarint(reader) : readFixed(reader, offsetCode + 1)
  const offset = before.offset + unzigzag(step)
  const second = before.second + time
  const uploadMinute = readUpload(reader, (flags >>> 2) & 3, Math.floor(second / 60), before.uploadMinute)
  const recordedMinute = uploadMinute + recorded
  if (Math.min(offset, uploadMinute, recordedMinute) < 0) throw unreadable(reader, 'a number is out of range')
  return { second, idHash, byId: false, clockQuality, uploadMinute, recordedMinute, offset }
}

function readUpload(reader: ByteReader, code: number, minute: number, before: number): number {
  if (code < 2) return minute + code
  return code === 2 ? before : minute + unzigzag(readVarint(reader))
}
