/** The Castagnoli polynomial, reflected. */
const POLYNOMIAL = 0x82f63b78
const SLICES = 8

/** `tables[k * 256 + b]`: what byte `b` does to the remainder, `k` bytes before the end of its slice. */
const tables = makeTables()

/**
 * CRC-32C (RFC 3720, appendix B.4) of `bytes` from `start` to `end`, as an unsigned number. Eight bytes a step ("slicing by
 * eight", Kounavis and Berry, 2005): every batch for Kafka is checked from its first byte to its last.
 */
export function crc32c(bytes: Uint8Array, start = 0, end = bytes.length): number {
  let crc = -1
  let at = start
  for (; end - at >= SLICES; at += SLICES) {
    crc ^= bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
    crc =
      tables[1792 | (crc & 0xff)]! ^
      tables[1536 | ((crc >>> 8) & 0xff)]! ^
      tables[1280 | ((crc >>> 16) & 0xff)]! ^
      tables[1024 | (crc >>> 24)]! ^
      tables[768 | bytes[at + 4]!]! ^
      tables[512 | bytes[at + 5]!]! ^
      tables[256 | bytes[at + 6]!]! ^
      tables[bytes[at + 7]!]!
  }
  for (; at < end; at += 1) crc = tables[(crc ^ bytes[at]!) & 0xff]! ^ (crc >>> 8)
  return ~crc >>> 0
}

function makeTables(): Int32Array {
  const made = new Int32Array(SLICES * 256)
  for (let byte = 0; byte < 256; byte += 1) {
    let crc = byte
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1
    made[byte] = crc
  }
  for (let at = 256; at < made.length; at += 1) {
    const before = made[at - 256]!
    made[at] = made[before & 0xff]! ^ (before >>> 8)
  }
  return made
}
