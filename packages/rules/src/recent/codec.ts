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
 * reading      flags:1  second (since the one before)  hash:4  device (its position)  [offset  [clock]  measurement]
 * flags        1 recorded · 2 retracted · 4 recorded again with other values · 8 with the device's clock · clock quality << 4
 * clock        zigzag seconds from when it was measured to what the device's clock showed; version 1 kept none
 * measurement  0:1  systolic  diastolic  pulse  irregular  |  1:1  kg:8  |  2:1  mg/dL:8  meal
 *              pulse, irregular (1 false, 2 true) and meal (1 the first of `meals`) are 0 when they were not told
 */
const VERSION = 2
const qualities = ['synced', 'offset', 'estimated', 'receipt'] as const satisfies readonly ClockQuality[]
const meals = ['before', 'after', 'fasting', 'bedtime'] as const
const has = { recorded: 1, retracted: 2, differs: 4, deviceClock: 8 } as const
const MAX_ENTRY_BYTES = 64

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
  let before = 0
  for (const reading of readings) {
    writeReading(writer, reading, { before, device: devices.indexOf(reading.device) })
    before = reading.second
  }
  return take(writer)
}

function writeReading(
  to: ByteWriter,
  { second, idHash, recorded, retracted, differs }: RecentReading,
  { before, device }: { readonly before: number; readonly device: number },
): void {
  const quality = recorded === undefined ? 0 : qualities.indexOf(recorded.clockQuality)
  to.bytes[to.length++] =
    (recorded ? has.recorded : 0) |
    (retracted ? has.retracted : 0) |
    (differs ? has.differs : 0) |
    (recorded?.deviceSecond === undefined ? 0 : has.deviceClock) |
    (quality << 4)
  writeVarint(to, second - before)
  writeFixed(to, idHash & 0xffff, 2)
  writeFixed(to, idHash >>> 16, 2)
  writeVarint(to, device)
  if (recorded === undefined) return
  writeVarint(to, recorded.offset)
  if (recorded.deviceSecond !== undefined) writeVarint(to, zigzag(recorded.deviceSecond - second))
  writeMeasurement(to, recorded.measurement)
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
      writeFloat(to, measurement.weightKg)
      return
    case 'blood-glucose':
      to.bytes[to.length++] = 2
      writeFloat(to, measurement.glucoseMgPerDl)
      writeVarint(to, measurement.meal === undefined ? 0 : meals.indexOf(measurement.meal) + 1)
  }
}

function writeFloat(to: ByteWriter, value: number): void {
  floats[0] = value
  to.bytes.set(floatBytes, to.length)
  to.length += 8
}

/**
 * The document of these bytes, of any version.
 * @throws {CufflinkError} INTERNAL, with where and why, when they are not what `encodeRecent` writes
 */
export function decodeRecent(bytes: Uint8Array): RecentDocument {
  const reader: ByteReader = { bytes, at: 0 }
  const version = readByte(reader)
  if (version < 1 || version > VERSION) throw unreadable(reader, 'its version is unknown')
  const devices = Array.from({ length: countOf(reader) }, () => readName(reader))
  const readings: RecentReading[] = []
  for (let left = countOf(reader); left > 0; left -= 1)
    readings.push(readReading(reader, devices, readings.at(-1)?.second ?? 0))
  if (reader.at !== bytes.length) throw unreadable(reader, 'it goes on after its end')
  return { readings }
}

/** A count of things that each take at least one byte. */
function countOf(reader: ByteReader): number {
  const count = readVarint(reader)
  if (count > reader.bytes.length - reader.at) throw unreadable(reader, 'it ends early')
  return count
}

function readReading(reader: ByteReader, devices: readonly string[], before: number): RecentReading {
  const flags = readByte(reader)
  const second = before + readVarint(reader)
  const idHash = readFixed(reader, 2) + readFixed(reader, 2) * 0x10000
  const device = devices[readVarint(reader)]
  const clockQuality = qualities[flags >>> 4]
  if (device === undefined || clockQuality === undefined)
    throw unreadable(reader, 'a position is out of range')
  const entry = {
    second,
    idHash,
    device,
    retracted: (flags & has.retracted) !== 0,
    differs: (flags & has.differs) !== 0,
  }
  if ((flags & has.recorded) === 0) return entry
  const offset = readVarint(reader)
  const told = (flags & has.deviceClock) !== 0 && { deviceSecond: second + unzigzag(readVarint(reader)) }
  return { ...entry, recorded: { clockQuality, ...told, measurement: readMeasurement(reader), offset } }
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
      return { kind: 'body-weight', weightKg: readFloat(reader) }
    case 2: {
      const glucoseMgPerDl = readFloat(reader)
      const meal = meals[readVarint(reader) - 1]
      return { kind: 'blood-glucose', glucoseMgPerDl, ...(meal && { meal }) }
    }
    default:
      throw unreadable(reader, 'a kind is unknown')
  }
}

function readFloat(reader: ByteReader): number {
  if (reader.at + 8 > reader.bytes.length) throw unreadable(reader, 'it ends early')
  floatBytes.set(reader.bytes.subarray(reader.at, reader.at + 8))
  reader.at += 8
  return floats[0]!
}
