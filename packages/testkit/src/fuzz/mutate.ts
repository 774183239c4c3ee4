/** Draws numbers in [0, 1), the same for the same seed: `seeded`. */
export type Random = () => number

/** A whole number from 0 up to but not including `end`. */
export const below = (random: Random, end: number): number => Math.floor(random() * end)

/** One of the values, which are at least one. */
export const pick = <Value>(random: Random, values: readonly Value[]): Value =>
  values[below(random, values.length)]!

/** Bytes at which lengths, identifiers and texts turn over. */
const odd = [0x00, 0x01, 0x7f, 0x80, 0xc0, 0xed, 0xff]

type Mutation = (bytes: Buffer, random: Random) => Buffer

const mutations: readonly Mutation[] = [
  function flipBit(bytes, random) {
    const copy = Buffer.from(bytes)
    const at = below(random, copy.length)
    copy[at]! ^= 1 << below(random, 8)
    return copy
  },
  function setByte(bytes, random) {
    const copy = Buffer.from(bytes)
    copy[below(random, copy.length)] = pick(random, odd)
    return copy
  },
  /** A length or identifier of two bytes that is not so. */
  function setUint16(bytes, random) {
    const copy = Buffer.from(bytes)
    if (copy.length > 1)
      copy.writeUInt16BE(
        pick(random, [0, 1, 0x7f, 0x80, 0xffff, copy.length]),
        below(random, copy.length - 1),
      )
    return copy
  },
  function truncate(bytes, random) {
    return bytes.subarray(0, below(random, bytes.length))
  },
  function insert(bytes, random) {
    const at = below(random, bytes.length + 1)
    const inserted = Buffer.from(Array.from({ length: 1 + below(random, 8) }, () => below(random, 256)))
    return Buffer.concat([bytes.subarray(0, at), inserted, bytes.subarray(at)])
  },
  function remove(bytes, random) {
    const from = below(random, bytes.length)
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(from + 1 + below(random, 8))])
  },
  function repeat(bytes, random) {
    const from = below(random, bytes.length)
    const part = bytes.subarray(from, from + 1 + below(random, 32))
    return Buffer.concat([bytes.subarray(0, from), part, bytes.subarray(from)])
  },
]

/** The bytes with one to three mutations. */
export function mutate(bytes: Buffer, random: Random): Buffer {
  let mutated = bytes
  for (let left = 1 + below(random, 3); left > 0 && mutated.length > 0; left -= 1)
    mutated = pick(random, mutations)(mutated, random)
  return mutated
}

/** The beginning of one and the end of another. */
export const splice = (first: Buffer, second: Buffer, random: Random): Buffer =>
  Buffer.concat([
    first.subarray(0, below(random, first.length + 1)),
    second.subarray(below(random, second.length + 1)),
  ])
