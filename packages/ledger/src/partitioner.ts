const SEED = 0x9747b28c
const M = 0x5bd1e995
const R = 24
const encoder = new TextEncoder()
/** Holds the bytes of one key at a time; a new array for each would cost more than the hash. */
const scratch = new Uint8Array(1_024)

/**
 * The partition of a key among `partitions`: murmur2 over its UTF-8 bytes, sign bit cleared, modulo, as Kafka's own
 * producers choose it (`org.apache.kafka.common.utils.Utils.murmur2`), so that any client agrees on where a patient lies.
 * What follows a `#` tells apart facts of one name, which lie together: only what is before it counts.
 */
export function partitionOf(whole: string, partitions: number): number {
  const end = whole.indexOf('#')
  const key = end < 0 ? whole : whole.slice(0, end)
  const fits = key.length * 3 <= scratch.length
  const hash = fits
    ? murmur2(scratch, encoder.encodeInto(key, scratch).written)
    : murmur2(encoder.encode(key))
  return (hash & 0x7fffffff) % partitions
}

function murmur2(bytes: Uint8Array, length = bytes.length): number {
  let hash = SEED ^ length
  let at = 0
  for (; length - at >= 4; at += 4) {
    const word = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
    let k = Math.imul(word, M)
    k ^= k >>> R
    hash = Math.imul(hash, M) ^ Math.imul(k, M)
  }
  const left = length - at
  if (left >= 3) hash ^= bytes[at + 2]! << 16
  if (left >= 2) hash ^= bytes[at + 1]! << 8
  if (left >= 1) hash = Math.imul(hash ^ bytes[at]!, M)
  hash ^= hash >>> 13
  hash = Math.imul(hash, M)
  return hash ^ (hash >>> 15)
}
