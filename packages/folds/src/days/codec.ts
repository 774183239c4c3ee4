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
import { formOf, MEASURED, measuredOf, noValuesYet, readValue, writeValue } from './values.ts'

/*
 * document    version:1  monthIndex:varint  devices:varint  device*
 * device      name:(length:varint ascii*)  groups:varint  retractions:varint  group*  retraction*
 * group       kind:varint  readings:varint  reading*
 *   kind      what was measured (0 nothing known, 1 blood pressure, 2 weight, 3 glucose) + 4 × way; way 1 where the id alone makes the
 *             reading, 2 and 3 where it also has what the device's clock showed, of one that the device did not name and did · 4 × (user
 *             slot + 1) where one was told; ascending, no group is empty
 * reading     [others:1]  [flags:varint]  time:2|3  [lag:varint]  [delay:varint]  hash:2|5  [clock:varint]  offset:2|varint  [value]
 *   others    before every eighth reading, the first too: a bit for each of the next eight, the lowest for the first, whether its flags
 *             are others than those of the reading before (before the first: 0); the flags are there where they are others
 *   flags     bits 0–1 clock quality · 2–3 code of the lag · 4–5 code of the delay · 6 wide time · 7 wide offset · 8 recorded again with
 *             other values · 9–10 form of the decimal
 *   time      seconds since the reading before, of the first since the month began; wide: 3 bytes
 *   lag       minutes from measurement to upload
 *   delay     minutes from upload to ledger
 *     code    0 → that of the reading before (of the first: 0) · 1 → the last other one (of the first: 1)
 *             2 → the very upload, or the very minute of writing, of the reading before
 *             3 → here, the zigzag difference from the reading before
 *   hash      5 bytes where the id alone makes the reading
 *   clock     zigzag seconds from when it was measured to what the device's clock showed
 *   offset    zigzag difference from the reading before, of the first from 0; wide: a varint
 *   value     blood pressure: systolic, diastolic and pulse × 3 + irregular (1 false, 2 true; what was not told is 0), each the zigzag
 *             difference from the reading before, of the first from 0 · weight: decimal · glucose: decimal, meal (0 not told)
 *   decimal   by its form: 0 → the zigzag difference in tenths from the last that was no float · 1 → the same in thousandths · 2 → float:8
 * retraction  second:varint (since the one before)  hash:5  word:2  restored:1  recorded:varint (epoch minutes)  offset:varint
 * Codes and forms are the first that fits, widths the smallest that hold: equal documents have equal bytes.
 */
const VERSION = 6
const qualities = ['synced', 'offset', 'estimated', 'receipt'] as const satisfies readonly ClockQuality[]
const qualityCode = { synced: 0, offset: 1, estimated: 2, receipt: 3 } as const satisfies Record<
  ClockQuality,
  number
>
const WIDE_TIME = 64
const WIDE_OFFSET = 128
const WIDE = 0x10000
const DIFFERS = 256
const FORM = 512
const MAX_READING_BYTES = 80
const MIN_READING_BYTES = 6

/** What comes before the first. */
const start: DayReading = {
  second: 0,
  idHash: 0,
  byId: false,
  clockQuality: 'synced',
  uploadMinute: -1,
  recordedMinute: -1,
  offset: 0,
}

/** Two values that come again and again: that of the reading before, and the last that was another. */
type Recent = { last: number; other: number }
const nothingYet = (): Recent => ({ last: 0, other: 1 })

function remember(recent: Recent, value: number): void {
  if (value === recent.last) return
  recent.other = recent.last
  recent.last = value
}

const codeOf = (value: number, recent: Recent, sameMinute: boolean): number =>
  value === recent.last ? 0 : value === recent.other ? 1 : sameMinute ? 2 : 3

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
    const groups = [...Map.groupBy(days.readings, kindOf)].toSorted(([a], [b]) => a - b)
    writeVarint(writer, groups.length)
    writeVarint(writer, days.retractions.length)
    for (const [kind, readings] of groups) {
      writeVarint(writer, kind)
      writeVarint(writer, readings.length)
      writeReadings(writer, readings, monthStart)
    }
    writeRetractions(writer, days.retractions, monthStart)
  }
  return take(writer)
}

/** How many ways there are beside the user's slot. */
const WAYS = 4
const wayOf = ({ byId, deviceSecond, clockSecond, userSlot }: DayReading): number =>
  (deviceSecond !== undefined ? 2 : clockSecond !== undefined ? 3 : Number(byId)) +
  (userSlot === undefined ? 0 : WAYS * (userSlot + 1))
const kindOf = (reading: DayReading): number => measuredOf(reading.measurement) + MEASURED * wayOf(reading)

/** 40 bits; the numbers are too large for shifts. */
function writeHash(to: ByteWriter, hash: number): void {
  writeFixed(to, hash % 0x1000000, 3)
  writeFixed(to, Math.floor(hash / 0x1000000), 2)
}

const readHash = (reader: ByteReader): number => readFixed(reader, 3) + readFixed(reader, 2) * 0x1000000

function writeReadings(to: ByteWriter, readings: readonly DayReading[], monthStart: number): void {
  const lags = nothingYet()
  const delays = nothingYet()
  const values = noValuesYet()
  let before: DayReading = { ...start, second: monthStart }
  let flagsBefore = 0
  let othersAt = 0
  readings.forEach((reading, index) => {
    if (index % 8 === 0) {
      othersAt = to.length
      to.bytes[to.length++] = 0
    }
    const time = reading.second - before.second
    const lag = reading.uploadMinute - Math.floor(reading.second / 60)
    const delay = reading.recordedMinute - reading.uploadMinute
    const step = zigzag(reading.offset - before.offset)
    const lagCode = codeOf(lag, lags, reading.uploadMinute === before.uploadMinute)
    const delayCode = codeOf(delay, delays, reading.recordedMinute === before.recordedMinute)
    const flags =
      qualityCode[reading.clockQuality] |
      (lagCode << 2) |
      (delayCode << 4) |
      (time < WIDE ? 0 : WIDE_TIME) |
      (step < WIDE ? 0 : WIDE_OFFSET) |
      (reading.differs ? DIFFERS : 0) |
      (FORM * formOf(reading.measurement))
    if (flags !== flagsBefore) {
      to.bytes[othersAt]! |= 1 << (index % 8)
      writeVarint(to, flags)
    }
    flagsBefore = flags
    writeFixed(to, time, time < WIDE ? 2 : 3)
    if (lagCode === 3) writeVarint(to, zigzag(lag - lags.last))
    if (delayCode === 3) writeVarint(to, zigzag(delay - delays.last))
    if (reading.byId) writeHash(to, reading.idHash)
    else writeFixed(to, reading.idHash, 2)
    const clock = reading.deviceSecond ?? reading.clockSecond
    if (clock !== undefined) writeVarint(to, zigzag(clock - reading.second))
    if (step < WIDE) writeFixed(to, step, 2)
    else writeVarint(to, step)
    writeValue(to, reading.measurement, values)
    remember(lags, lag)
    remember(delays, delay)
    before = reading
  })
}

function writeRetractions(to: ByteWriter, retractions: readonly DayRetraction[], monthStart: number): void {
  let second = monthStart
  for (const retraction of retractions) {
    writeVarint(to, retraction.second - second)
    writeHash(to, retraction.idHash)
    writeFixed(to, retraction.wordHash, 2)
    to.bytes[to.length++] = Number(retraction.restored)
    writeVarint(to, retraction.recordedMinute)
    writeVarint(to, retraction.offset)
    second = retraction.second
  }
}

/**
 * The document of these bytes.
 * @throws {CufflinkError} INTERNAL, with where and why, when the bytes are not exactly what `encodeDays` writes, as where another
 *   version wrote them: who follows the partition folds it again
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
  const groupCount = readVarint(reader)
  const retractionCount = readVarint(reader)
  if (groupCount + retractionCount === 0) throw unreadable(reader, 'a device is empty')
  requireBytes(reader, groupCount + retractionCount)
  const readings: DayReading[] = []
  let kindBefore = -1
  for (let index = 0; index < groupCount; index += 1) {
    const kind = readVarint(reader)
    if (kind <= kindBefore || kind >= MEASURED * WAYS * 257)
      throw unreadable(reader, 'its groups are out of order')
    kindBefore = kind
    const count = readVarint(reader)
    if (count === 0) throw unreadable(reader, 'a group is empty')
    requireBytes(reader, count)
    readings.push(...readReadings(reader, count, { ...month, read: readerOfReadings(kind, count) }))
  }
  if (groupCount > 1) readings.sort(compareReadings)
  return { device, readings, retractions: readRetractions(reader, retractionCount, month) }
}

function requireBytes(reader: ByteReader, count: number): void {
  if (count * MIN_READING_BYTES > reader.bytes.length - reader.at) throw unreadable(reader, 'it ends early')
}

function readReadings(
  reader: ByteReader,
  count: number,
  month: Month & { readonly read: ReturnType<typeof readerOfReadings> },
): DayReading[] {
  const readings: DayReading[] = []
  let before: DayReading = { ...start, second: month.start }
  for (let index = 0; index < count; index += 1) {
    const reading = month.read(reader, before)
    if (reading.second >= month.end) throw unreadable(reader, 'a reading is of another month')
    if (index > 0 && compareReadings(before, reading) >= 0)
      throw unreadable(reader, 'its readings are out of order')
    readings.push(reading)
    before = reading
  }
  return readings
}

type Written<Held> = { -readonly [Key in keyof Held]: Held[Key] }

/** Reads the readings of one group, one after the other. */
function readerOfReadings(
  kind: number,
  count: number,
): (reader: ByteReader, before: DayReading) => DayReading {
  const measured = kind % MEASURED
  const slotted = Math.floor(kind / MEASURED)
  const way = slotted % WAYS
  const byId = way > 0
  const userSlot = Math.floor(slotted / WAYS) - 1
  const lags = nothingYet()
  const delays = nothingYet()
  const values = noValuesYet()
  const flagsOf = readerOfFlags(count)
  return (reader, before) => {
    const flags = flagsOf(reader)
    const time = readFixed(reader, flags & WIDE_TIME ? 3 : 2)
    const second = before.second + time
    const minute = Math.floor(second / 60)
    const uploadMinute = minute + readRecent(reader, lags, (flags >>> 2) & 3, before.uploadMinute - minute)
    const sinceUpload = before.recordedMinute - uploadMinute
    const recordedMinute = uploadMinute + readRecent(reader, delays, (flags >>> 4) & 3, sinceUpload)
    const clockQuality = qualities[flags & 3] ?? 'synced'
    const idHash = byId ? readHash(reader) : readFixed(reader, 2)
    const clock = way < 2 ? 0 : second + unzigzag(readVarint(reader))
    const step = flags & WIDE_OFFSET ? readVarint(reader) : readFixed(reader, 2)
    const offset = before.offset + unzigzag(step)
    const shortest = time < WIDE === !(flags & WIDE_TIME) && step < WIDE === !(flags & WIDE_OFFSET)
    if (!shortest || offset < 0 || uploadMinute < 0 || recordedMinute < 0) throw overlong(reader)
    values.form = Math.floor(flags / FORM)
    const measurement = readValue(reader, measured, values)
    // Set one by one: spread, what may be absent takes more time than all else.
    const reading: Written<DayReading> = {
      second,
      idHash,
      byId,
      clockQuality,
      uploadMinute,
      recordedMinute,
      offset,
    }
    if (measurement !== undefined) reading.measurement = measurement
    if (way === 2) reading.deviceSecond = clock
    if (way === 3) reading.clockSecond = clock
    if (userSlot >= 0) reading.userSlot = userSlot
    if (flags & DIFFERS) reading.differs = true
    return reading
  }
}

/** Reads the flags of one reading after the other, of so many. */
function readerOfFlags(count: number): (reader: ByteReader) => number {
  let flags = 0
  let others = 0
  let index = 0
  return (reader) => {
    if (index % 8 === 0) {
      others = readByte(reader)
      if (count - index < 8 && others >> (count - index) !== 0) throw overlong(reader)
    }
    if ((others >> (index % 8)) & 1) {
      const read = readVarint(reader)
      if (read === flags || read >= 4 * FORM) throw overlong(reader)
      flags = read
    }
    index += 1
    return flags
  }
}

/** Minutes by their code; `same` are those to the very minute of the reading before. */
function readRecent(reader: ByteReader, recent: Recent, code: number, same: number): number {
  if (code === 0) return recent.last
  const value = code === 1 ? recent.other : code === 2 ? same : recent.last + unzigzag(readVarint(reader))
  if (codeOf(value, recent, value === same) !== code) throw overlong(reader)
  remember(recent, value)
  return value
}

const overlong = (reader: ByteReader): Error => unreadable(reader, 'a number is not in its shortest form')

function readRetractions(
  reader: ByteReader,
  count: number,
  { start: monthStart, end }: Month,
): DayRetraction[] {
  const retractions: DayRetraction[] = []
  let second = monthStart
  for (let index = 0; index < count; index += 1) {
    second += readVarint(reader)
    const retraction = {
      second,
      idHash: readHash(reader),
      wordHash: readFixed(reader, 2),
      restored: readRestored(reader),
      recordedMinute: readVarint(reader),
      offset: readVarint(reader),
    }
    const previous = retractions[index - 1]
    if (second >= end) throw unreadable(reader, 'a retraction is of another month')
    if (previous && compareRetractions(previous, retraction) >= 0)
      throw unreadable(reader, 'its retractions are out of order')
    retractions.push(retraction)
  }
  return retractions
}

function readRestored(reader: ByteReader): boolean {
  const flag = readByte(reader)
  if (flag > 1) throw unreadable(reader, 'a flag is unknown')
  return flag === 1
}
