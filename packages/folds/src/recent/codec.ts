import type { ClockQuality, Measurement } from '@cufflink/contracts'
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
import type { RecentDocument, RecentReading } from './document.ts'

/*
 * document     version:1  devices  name*  readings  reading*       numbers are varints unless a width is given
 * reading      flags:1  second (since the one before)  hash:4  [device (its position)]  [offset  [clock]  measurement]
 * flags        1 recorded · 2 retracted · 4 recorded again with other values · 8 with the device's clock · clock quality << 4 ·
 *              64 of another device than the reading before (of the first: than the first device)
 * offset       zigzag difference from the one before, of the first from 0
 * clock        zigzag seconds from when it was measured to what the device's clock showed
 * measurement  0:1  systolic  diastolic  pulse  irregular  |  1:1  kg decimal  |  2:1  mg/dL decimal  meal
 *              pulse, irregular (1 false, 2 true) and meal (1 the first of `meals`) are 0 when they were not told
 * decimal      thousandths << 1  |  1  float:8 where it is not so many thousandths
 */
const VERSION = 3
const qualities = ['synced', 'offset', 'estimated', 'receipt'] as const satisfies readonly ClockQuality[]
const meals = ['before', 'after', 'fasting', 'bedtime'] as const
const has = { recorded: 1, retracted: 2, differs: 4, deviceClock: 8, otherDevice: 64 } as const
const MAX_ENTRY_BYTES = 64
/** Above it a value is kept as it is, in eight bytes. */
const MAX_THOUSANDTHS = 2 ** 40

const writer = createWriter()
const floats = new Float64Array(1)
const floatBytes = new Uint8Array(floats.buffer)

/** The bytes of a month's readings: the same for equal documents. */
export function encodeRecent({ readings }: RecentDocument): Uint8Array {
  const devices = [...new Set(readings.map(({ device }) => device))].sort()
  writer.length = 0
  reserve(writer, 16)
  writer.bytes[writer.length++] = VERSION
  writeVarint(writer, devices.length)
  for (const device of devices) writeName(writer, device)
  reserve(writer, 16 + readings.length * MAX_ENTRY_BYTES)
  writeVarint(writer, readings.length)
  let before = start
  for (const reading of readings)
    before = writeReading(writer, reading, { before, device: devices.indexOf(reading.device) })
  return take(writer)
}

/** What a reading is written against: the second and the device of the one before, and the last offset. */
type Before = { readonly second: number; readonly device: number; readonly offset: number }
const start: Before = { second: 0, device: 0, offset: 0 }

function writeReading(
  to: ByteWriter,
  { second, idHash, recorded, retracted, differs }: RecentReading,
  { before, device }: { readonly before: Before; readonly device: number },
): Before {
  const quality = recorded === undefined ? 0 : qualities.indexOf(recorded.clockQuality)
  to.bytes[to.length++] =
    (recorded ? has.recorded : 0) |
    (retracted ? has.retracted : 0) |
    (differs ? has.differs : 0) |
    (recorded?.deviceSecond === undefined ? 0 : has.deviceClock) |
    (device === before.device ? 0 : has.otherDevice) |
    (quality << 4)
  writeVarint(to, second - before.second)
  writeFixed(to, idHash & 0xffff, 2)
  writeFixed(to, idHash >>> 16, 2)
  if (device !== before.device) writeVarint(to, device)
  if (recorded === undefined) return { ...before, second, device }
  writeVarint(to, zigzag(recorded.offset - before.offset))
  if (recorded.deviceSecond !== undefined) writeVarint(to, zigzag(recorded.deviceSecond - second))
  writeMeasurement(to, recorded.measurement)
  return { second, device, offset: recorded.offset }
}

/** Kinds 0 to 2; what may be left out or told either way is one number: 0 is not told. */
function writeMeasurement(to: ByteWriter, measurement: Measurement): void {
  switch (measurement.kind) {
    case 'blood-pressure':
      to.bytes[to.length++] = 0
      writeVarint(to, measurement.systolicMmHg)
      writeVarint(to, measurement.diastolicMmHg)
      writeVarint(to, measurement.pulsePerMin ?? 0)
      writeVarint(to, measurement.irregularPulse === undefined ? 0 : measurement.irregularPulse ? 2 : 1)
      return
    case 'body-weight':
      to.bytes[to.length++] = 1
      writeDecimal(to, measurement.weightKg)
      return
    case 'blood-glucose':
      to.bytes[to.length++] = 2
      writeDecimal(to, measurement.glucoseMgPerDl)
      writeVarint(to, measurement.meal === undefined ? 0 : meals.indexOf(measurement.meal) + 1)
  }
}

function writeDecimal(to: ByteWriter, value: number): void {
  const thousandths = Math.round(value * 1000)
  if (thousandths / 1000 === value && thousandths < MAX_THOUSANDTHS) return writeVarint(to, 2 * thousandths)
  writeVarint(to, 1)
  floats[0] = value
  to.bytes.set(floatBytes, to.length)
  to.length += 8
}

/**
 * The document of these bytes.
 * @throws {CufflinkError} INTERNAL, with where and why, when they are not what `encodeRecent` writes; of another version too
 */
export function decodeRecent(bytes: Uint8Array): RecentDocument {
  const reader: ByteReader = { bytes, at: 0 }
  const version = readByte(reader)
  if (version !== VERSION) throw unreadable(reader, 'its version is unknown')
  const devices = Array.from({ length: countOf(reader) }, () => readName(reader))
  const readings: RecentReading[] = []
  let before = start
  for (let left = countOf(reader); left > 0; left -= 1) {
    const read = readReading(reader, devices, before)
    readings.push(read.reading)
    before = read.before
  }
  if (reader.at !== bytes.length) throw unreadable(reader, 'it goes on after its end')
  return { readings }
}

/** A count of things that each take at least one byte. */
function countOf(reader: ByteReader): number {
  const count = readVarint(reader)
  if (count > reader.bytes.length - reader.at) throw unreadable(reader, 'it ends early')
  return count
}

function readReading(
  reader: ByteReader,
  devices: readonly string[],
  before: Before,
): { readonly reading: RecentReading; readonly before: Before } {
  const flags = readByte(reader)
  const second = before.second + readVarint(reader)
  const idHash = readFixed(reader, 2) + readFixed(reader, 2) * 0x10000
  const position = flags & has.otherDevice ? readVarint(reader) : before.device
  const device = devices[position]
  const clockQuality = qualities[(flags >>> 4) & 3]
  if (device === undefined || clockQuality === undefined || flags >= 128)
    throw unreadable(reader, 'a position is out of range')
  const entry = {
    second,
    idHash,
    device,
    retracted: (flags & has.retracted) !== 0,
    differs: (flags & has.differs) !== 0,
  }
  if ((flags & has.recorded) === 0) return { reading: entry, before: { ...before, second, device: position } }
  const offset = before.offset + unzigzag(readVarint(reader))
  const told = (flags & has.deviceClock) !== 0 && { deviceSecond: second + unzigzag(readVarint(reader)) }
  const recorded = { clockQuality, ...told, measurement: readMeasurement(reader), offset }
  return { reading: { ...entry, recorded }, before: { second, device: position, offset } }
}

function readMeasurement(reader: ByteReader): Measurement {
  switch (readByte(reader)) {
    case 0: {
      const [systolicMmHg, diastolicMmHg] = [readVarint(reader), readVarint(reader)]
      const [pulsePerMin, irregular] = [readVarint(reader), readVarint(reader)]
      return {
        kind: 'blood-pressure',
        systolicMmHg,
        diastolicMmHg,
        ...(pulsePerMin > 0 && { pulsePerMin }),
        ...(irregular > 0 && { irregularPulse: irregular === 2 }),
      }
    }
    case 1:
      return { kind: 'body-weight', weightKg: readDecimal(reader) }
    case 2: {
      const glucoseMgPerDl = readDecimal(reader)
      const meal = meals[readVarint(reader) - 1]
      return { kind: 'blood-glucose', glucoseMgPerDl, ...(meal && { meal }) }
    }
    default:
      throw unreadable(reader, 'a kind is unknown')
  }
}

function readDecimal(reader: ByteReader): number {
  const thousandths = readVarint(reader)
  if (thousandths % 2 === 0) return thousandths / 2 / 1000
  if (thousandths !== 1) throw unreadable(reader, 'a number is of no known form')
  if (reader.at + 8 > reader.bytes.length) throw unreadable(reader, 'it ends early')
  floatBytes.set(reader.bytes.subarray(reader.at, reader.at + 8))
  reader.at += 8
  return floats[0]!
}
