import type { ClockQuality } from '@cufflink/contracts'
import {
  type ByteReader,
  type ByteWriter,
  createWriter,
  readByte,
  readFixed,
  readName,
  readVarint,
  reserve,
  take,
  unreadable,
  unzigzag,
  writeFixed,
  writeName,
  writeVarint,
  zigzag,
} from '../codec/bytes.ts'
import { DAY_S, firstDayOfMonth } from '../time/calendar.ts'
import type { DayReading, DayRetraction, DaysDocument, DeviceDays } from './document.ts'
import { compareReadings, compareRetractions } from './fold.ts'

/*
 * document    version:1  monthIndex:varint  devices:varint  device*
 * device      name:(length:varint ascii*)  readings:varint  retractions:varint  reading*  retraction*
 * reading     flags:1  time:fixed(1|2|3)  [recorded:varint]  hash:2|3  offset:fixed(1|2|3)|varint  [lag:varint]
 *   flags     bits 0–1 clock quality · 2–3 lag · 4–5 width of offset · 6–7 width of time
 *   time      seconds since the reading before, of the first since the month began
 *   recorded  present when time's code is 3: zigzag minutes from upload to ledger; time then is 3 bytes wide
 *   hash      3 bytes where the clock quality is receipt: there the id alone makes the reading
 *   offset    zigzag difference from the reading before, of the first from 0
 *   lag       minutes from measurement to upload: code 0 → 0, 1 → 1, 2 → the reading before's upload, 3 → zigzag, here
 * retraction  second:varint (since the one before)  hash:3  recorded:varint (epoch minutes)  offset:varint
 * Widths are the smallest that hold, lag codes the first that fits: equal documents have equal bytes.
 */
const VERSION = 1
const qualities = ['synced', 'offset', 'estimated', 'receipt'] as const satisfies readonly ClockQuality[]
const qualityCode = { synced: 0, offset: 1, estimated: 2, receipt: 3 } as const satisfies Record<
  ClockQuality,
  number
>
const MAX_READING_BYTES = 40
const MIN_READING_BYTES = 5

const writer = createWriter()

/** The bytes of a days document: the same for equal documents. */
export function encodeDays(document: DaysDocument): Uint8Array {
  writer.length = 0
  reserve(writer, 16)
  writer.bytes[writer.length++] = VERSION
  writeVarint(writer, document.monthIndex)
  writeVarint(writer, document.devices.length)
  const monthStart = firstDayOfMonth(document.monthIndex) * DAY_S
  for (const days of document.devices) {
    writeName(writer, days.device)
    reserve(writer, 20 + MAX_READING_BYTES * (days.readings.length + days.retractions.length))
    writeVarint(writer, days.readings.length)
    writeVarint(writer, days.retractions.length)
    writeReadings(writer, days.readings, monthStart)
    writeRetractions(writer, days.retractions, monthStart)
  }
  return take(writer)
}

function writeReadings(to: ByteWriter, readings: readonly DayReading[], monthStart: number): void {
  let second = monthStart
  let offset = 0
  let upload = -1
  for (const reading of readings) {
    const time = reading.second - second
    const recorded = reading.recordedMinute - reading.uploadMinute
    const lag = reading.uploadMinute - Math.floor(reading.second / 60)
    const step = zigzag(reading.offset - offset)
    const timeCode = recorded === 0 ? widthOf(time) - 1 : 3
    const lagCode = lag === 0 ? 0 : lag === 1 ? 1 : reading.uploadMinute === upload ? 2 : 3
    const offsetWidth = widthOf(step)
    to.bytes[to.length++] =
      qualityCode[reading.clockQuality] | (lagCode << 2) | ((offsetWidth - 1) << 4) | (timeCode << 6)
    writeFixed(to, time, timeCode === 3 ? 3 : timeCode + 1)
    if (timeCode === 3) writeVarint(to, zigzag(recorded))
    writeFixed(to, reading.idHash, reading.clockQuality === 'receipt' ? 3 : 2)
    if (offsetWidth === 4) writeVarint(to, step)
    else writeFixed(to, step, offsetWidth)
    if (lagCode === 3) writeVarint(to, zigzag(lag))
    second = reading.second
    offset = reading.offset
    upload = reading.uploadMinute
  }
}

/** Bytes a value needs: 1, 2 or 3; 4 means that it is written as a varint. */
const widthOf = (value: number): number =>
  value < 0x100 ? 1 : value < 0x10000 ? 2 : value < 0x1000000 ? 3 : 4

function writeRetractions(to: ByteWriter, retractions: readonly DayRetraction[], monthStart: number): void {
  let second = monthStart
  for (const retraction of retractions) {
    writeVarint(to, retraction.second - second)
    writeFixed(to, retraction.idHash, 3)
    writeVarint(to, retraction.recordedMinute)
    writeVarint(to, retraction.offset)
    second = retraction.second
  }
}

/**
 * The document of these bytes.
 * @throws {CufflinkError} INTERNAL, with where and why, when the bytes are not exactly what `encodeDays` writes
 */
export function decodeDays(bytes: Uint8Array): DaysDocument {
  const reader: ByteReader = { bytes, at: 0 }
  if (readByte(reader) !== VERSION) throw unreadable(reader, 'its version is unknown')
  const monthIndex = readVarint(reader)
  if (monthIndex > 12 * 8000) throw unreadable(reader, 'its month is out of range')
  const month = { start: firstDayOfMonth(monthIndex) * DAY_S, end: firstDayOfMonth(monthIndex + 1) * DAY_S }
  const count = readVarint(reader)
  if (count > bytes.length) throw unreadable(reader, 'it ends early')
  const devices: DeviceDays[] = []
  for (let index = 0; index < count; index += 1) {
    const days = readDevice(reader, month)
    const previous = devices[index - 1]
    if (previous && previous.device >= days.device) throw unreadable(reader, 'its devices are out of order')
    devices.push(days)
  }
  if (reader.at !== bytes.length) throw unreadable(reader, 'it goes on after its end')
  return { monthIndex, devices }
}

type Month = { readonly start: number; readonly end: number }

function readDevice(reader: ByteReader, month: Month): DeviceDays {
  const device = readName(reader)
  const readingCount = readVarint(reader)
  const retractionCount = readVarint(reader)
  const total = readingCount + retractionCount
  if (total === 0) throw unreadable(reader, 'a device is empty')
  if (total * MIN_READING_BYTES > reader.bytes.length - reader.at) throw unreadable(reader, 'it ends early')
  const readings = readReadings(reader, readingCount, month)
  const retractions = readRetractions(reader, retractionCount, month)
  return { device, readings, retractions }
}

function readReadings(reader: ByteReader, count: number, month: Month): DayReading[] {
  const readings: DayReading[] = []
  let before: DayReading = { ...start, second: month.start }
  for (let index = 0; index < count; index += 1) {
    const reading = readReading(reader, before)
    if (reading.second >= month.end) throw unreadable(reader, 'a reading is of another month')
    if (index > 0 && compareReadings(before, reading) >= 0)
      throw unreadable(reader, 'its readings are out of order')
    readings.push(reading)
    before = reading
  }
  return readings
}

const start: DayReading = {
  second: 0,
  idHash: 0,
  clockQuality: 'synced',
  uploadMinute: -1,
  recordedMinute: -1,
  offset: 0,
}

function readReading(reader: ByteReader, before: DayReading): DayReading {
  const flags = readByte(reader)
  const timeCode = flags >>> 6
  const time = readFixed(reader, timeCode === 3 ? 3 : timeCode + 1)
  const recorded = timeCode === 3 ? unzigzag(readVarint(reader)) : 0
  if (timeCode === 3 ? recorded === 0 : widthOf(time) !== timeCode + 1) throw overlong(reader)
  const clockQuality = qualities[flags & 3] ?? 'synced'
  const idHash = readFixed(reader, clockQuality === 'receipt' ? 3 : 2)
  const offsetWidth = ((flags >>> 4) & 3) + 1
  const step = offsetWidth === 4 ? readVarint(reader) : readFixed(reader, offsetWidth)
  const offset = before.offset + unzigzag(step)
  if (widthOf(step) !== offsetWidth || offset < 0) throw overlong(reader)
  const second = before.second + time
  const uploadMinute = readUpload(reader, (flags >>> 2) & 3, Math.floor(second / 60), before.uploadMinute)
  return {
    second,
    idHash,
    clockQuality,
    uploadMinute,
    recordedMinute: uploadMinute + recorded,
    offset,
  }
}

function readUpload(reader: ByteReader, code: number, minute: number, before: number): number {
  if (code < 2) return minute + code
  const upload = code === 2 ? before : minute + unzigzag(readVarint(reader))
  const lag = upload - minute
  const shorter = lag === 0 || lag === 1 || (code === 3 && upload === before)
  if (shorter || upload < 0) throw overlong(reader)
  return upload
}

const overlong = (reader: ByteReader): Error => unreadable(reader, 'a number is not in its shortest form')

function readRetractions(reader: ByteReader, count: number, month: Month): DayRetraction[] {
  const retractions: DayRetraction[] = []
  let second = month.start
  for (let index = 0; index < count; index += 1) {
    second += readVarint(reader)
    const retraction = {
      second,
      idHash: readFixed(reader, 3),
      recordedMinute: readVarint(reader),
      offset: readVarint(reader),
    }
    const previous = retractions[index - 1]
    if (second >= month.end) throw unreadable(reader, 'a retraction is of another month')
    if (previous && compareRetractions(previous, retraction) >= 0)
      throw unreadable(reader, 'its retractions are out of order')
    retractions.push(retraction)
  }
  return retractions
}
