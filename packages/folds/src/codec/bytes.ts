import { failure } from '@cufflink/contracts'

/** Appends to a scratch buffer; `take` copies out what was written. One document is written at a time. */
export type ByteWriter = { bytes: Uint8Array; length: number }
export type ByteReader = { readonly bytes: Uint8Array; at: number }

export const createWriter = (): ByteWriter => ({ bytes: new Uint8Array(4096), length: 0 })

/** Room for `count` more bytes. */
export function reserve(writer: ByteWriter, count: number): void {
  if (writer.length + count <= writer.bytes.length) return
  const grown = new Uint8Array((writer.length + count) * 2)
  grown.set(writer.bytes.subarray(0, writer.length))
  writer.bytes = grown
}

export const take = (writer: ByteWriter): Uint8Array => writer.bytes.slice(0, writer.length)

/** Unsigned, least significant seven bits first; up to 2^53. */
export function writeVarint(writer: ByteWriter, value: number): void {
  let rest = value
  while (rest >= 0x80) {
    writer.bytes[writer.length++] = (rest % 0x80) | 0x80
    rest = Math.floor(rest / 0x80)
  }
  writer.bytes[writer.length++] = rest
}

/** A varint in its shortest form. */
export function readVarint(reader: ByteReader): number {
  let value = 0
  for (let scale = 1; scale <= 2 ** 49; scale *= 0x80) {
    const byte = readByte(reader)
    value += (byte & 0x7f) * scale
    if (byte >= 0x80) continue
    if ((byte === 0 && scale > 1) || !Number.isSafeInteger(value)) break
    return value
  }
  throw unreadable(reader, 'a number is too long')
}

/** Little-endian, 2 or 3 bytes. */
export function writeFixed(writer: ByteWriter, value: number, width: 2 | 3): void {
  const { bytes } = writer
  bytes[writer.length++] = value & 0xff
  bytes[writer.length++] = (value >>> 8) & 0xff
  if (width === 3) bytes[writer.length++] = value >>> 16
}

/** Little-endian, 1 to 3 bytes. */
export function readFixed(reader: ByteReader, width: number): number {
  const { bytes, at } = reader
  if (at + width > bytes.length) throw unreadable(reader, 'it ends early')
  reader.at = at + width
  const low = bytes[at] ?? 0
  if (width === 1) return low
  const middle = low | ((bytes[at + 1] ?? 0) << 8)
  return width === 2 ? middle : middle | ((bytes[at + 2] ?? 0) << 16)
}

export function readByte(reader: ByteReader): number {
  const byte = reader.bytes[reader.at]
  if (byte === undefined) throw unreadable(reader, 'it ends early')
  reader.at += 1
  return byte
}

export const zigzag = (value: number): number => (value < 0 ? -2 * value - 1 : 2 * value)

export function unzigzag(value: number): number {
  if (value < 0x40000000) return (value >>> 1) ^ -(value & 1)
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2
}

/** A device's or a person's identifier: ASCII, length first. */
export function writeName(writer: ByteWriter, name: string): void {
  reserve(writer, name.length + 4)
  writeVarint(writer, name.length)
  for (let index = 0; index < name.length; index += 1) {
    const code = name.charCodeAt(index)
    if (code > 0x7f) throw failure('INTERNAL', { detail: 'An identifier in a document is not ASCII.' })
    writer.bytes[writer.length++] = code
  }
}

export function readName(reader: ByteReader): string {
  const length = readVarint(reader)
  if (length > reader.bytes.length - reader.at) throw unreadable(reader, 'it ends early')
  let name = ''
  for (let index = 0; index < length; index += 1) {
    const code = readByte(reader)
    if (code > 0x7f) throw unreadable(reader, 'an identifier is not ASCII')
    name += String.fromCharCode(code)
  }
  return name
}

export const unreadable = (reader: ByteReader, why: string): Error =>
  failure('INTERNAL', {
    detail: `A document cannot be read: ${why} (byte ${reader.at} of ${reader.bytes.length}).`,
  })
