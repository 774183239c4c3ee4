import type { Measurement } from '@cufflink/contracts'
import {
  type ByteReader,
  type ByteWriter,
  readVarint,
  unreadable,
  unzigzag,
  writeVarint,
  zigzag,
} from '../codec/bytes.ts'

const kinds = [
  'blood-pressure',
  'body-weight',
  'blood-glucose',
] as const satisfies readonly Measurement['kind'][]
const meals = ['before', 'after', 'fasting', 'bedtime'] as const
/** The numbers of what a reading measured: 0 where its values are not kept. */
export const MEASURED = kinds.length + 1
export const measuredOf = (measurement: Measurement | undefined): number =>
  measurement === undefined ? 0 : kinds.indexOf(measurement.kind) + 1

/** A decimal is kept in tenths, in thousandths, or as it is. */
const scales = [10, 1_000] as const
const FLOAT = scales.length
/** Above it a value is kept as it is: its thousandths could not be told apart. */
const MOST = 2 ** 30

/** What the next value is written against: the three numbers of a blood pressure, or the last decimal that was no float. */
export type Values = {
  pressure: readonly number[]
  decimal: number
  /** Of the decimal that is read. */
  form: number
}
export const noValuesYet = (): Values => ({ pressure: [0, 0, 0], decimal: 0, form: 0 })

const decimalOf = (measurement: Measurement): number | undefined =>
  measurement.kind === 'body-weight'
    ? measurement.weightKg
    : measurement.kind === 'blood-glucose'
      ? measurement.glucoseMgPerDl
      : undefined

/** The first form that holds the value exactly; 0 where there is no decimal. */
export function formOf(measurement: Measurement | undefined): number {
  const value = measurement && decimalOf(measurement)
  return value === undefined ? 0 : formOfDecimal(value)
}

function formOfDecimal(value: number): number {
  const form = scales.findIndex((scale) => Math.round(value * scale) / scale === value && value < MOST)
  return form < 0 ? FLOAT : form
}

export function writeValue(to: ByteWriter, measurement: Measurement | undefined, values: Values): void {
  if (measurement === undefined) return
  if (measurement.kind === 'blood-pressure') return writePressure(to, measurement, values)
  writeDecimal(to, decimalOf(measurement)!, values)
  if (measurement.kind === 'blood-glucose')
    writeVarint(to, measurement.meal === undefined ? 0 : meals.indexOf(measurement.meal) + 1)
}

type Pressure = Extract<Measurement, { kind: 'blood-pressure' }>

function writePressure(to: ByteWriter, measurement: Pressure, values: Values): void {
  const { systolicMmHg, diastolicMmHg, pulsePerMin = 0, irregularPulse } = measurement
  const irregular = irregularPulse === undefined ? 0 : irregularPulse ? 2 : 1
  const pressure = [systolicMmHg, diastolicMmHg, pulsePerMin * 3 + irregular]
  pressure.forEach((number, index) => writeVarint(to, zigzag(number - values.pressure[index]!)))
  values.pressure = pressure
}

const floats = new Float64Array(1)
const floatBytes = new Uint8Array(floats.buffer)

function writeDecimal(to: ByteWriter, value: number, values: Values): void {
  const scale = scales[formOfDecimal(value)]
  if (scale === undefined) {
    floats[0] = value
    to.bytes.set(floatBytes, to.length)
    to.length += floatBytes.length
    return
  }
  writeVarint(to, zigzag(Math.round(value * scale) - Math.round(values.decimal * scale)))
  values.decimal = value
}

/** The value of a reading, of a kind by its number. */
export function readValue(reader: ByteReader, measured: number, values: Values): Measurement | undefined {
  const kind = kinds[measured - 1]
  if (kind === 'body-weight') return { kind, weightKg: readDecimal(reader, values) }
  if (kind === 'blood-glucose') {
    const glucoseMgPerDl = readDecimal(reader, values)
    const code = readVarint(reader)
    const meal = meals[code - 1]
    if (code > meals.length) throw unreadable(reader, 'a meal is unknown')
    return { kind, glucoseMgPerDl, ...(meal && { meal }) }
  }
  if (values.form !== 0) throw unreadable(reader, 'a form is unknown')
  return kind && readPressure(reader, values)
}

function readPressure(reader: ByteReader, values: Values): Pressure {
  const pressure = values.pressure.map((before) => before + unzigzag(readVarint(reader)))
  const [systolicMmHg = 0, diastolicMmHg = 0, pulse = 0] = pressure
  if (pressure.some((number) => number < 0)) throw unreadable(reader, 'a value is out of range')
  values.pressure = pressure
  const [pulsePerMin, irregular] = [Math.floor(pulse / 3), pulse % 3]
  return {
    kind: 'blood-pressure',
    systolicMmHg,
    diastolicMmHg,
    ...(pulsePerMin > 0 && { pulsePerMin }),
    ...(irregular > 0 && { irregularPulse: irregular === 2 }),
  }
}

function readDecimal(reader: ByteReader, values: Values): number {
  const { form } = values
  const scale = scales[form]
  let value: number
  if (scale !== undefined) {
    const units = Math.round(values.decimal * scale) + unzigzag(readVarint(reader))
    value = units / scale
    values.decimal = value
  } else {
    if (reader.at + 8 > reader.bytes.length) throw unreadable(reader, 'it ends early')
    floatBytes.set(reader.bytes.subarray(reader.at, reader.at + 8))
    reader.at += 8
    value = floats[0]!
  }
  if (formOfDecimal(value) !== form) throw unreadable(reader, 'a value is not in its first form')
  return value
}
