/** FNV-1a of an id, 32 bits. */
export function hash32(id: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < id.length; index += 1) hash = Math.imul(hash ^ id.charCodeAt(index), 0x01000193)
  return hash >>> 0
}

export const minuteOf = (instantMs: number): number => Math.floor(instantMs / 60_000)

export const compareNames = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

type Compare<Held> = (a: Held, b: Held) => number

/** The index of the first entry that is not before this one. New entries mostly come last. */
export function positionOf<Held>(entries: readonly Held[], entry: Held, compare: Compare<Held>): number {
  let low = 0
  let high = entries.length
  const last = entries[high - 1]
  if (last === undefined || compare(last, entry) < 0) return high
  while (low < high) {
    const middle = (low + high) >>> 1
    const held = entries[middle]
    if (held !== undefined && compare(held, entry) < 0) low = middle + 1
    else high = middle
  }
  return low
}

/** A sorted copy with one entry more, at its position. */
export function inserted<Held>(entries: readonly Held[], at: number, entry: Held): readonly Held[] {
  const copy = entries.slice()
  if (at === copy.length) copy.push(entry)
  else copy.splice(at, 0, entry)
  return copy
}

/**
 * Sorted insertion where entries of one key are joined. The same array comes back when nothing changed, that is, when
 * `join` returns the held entry itself.
 */
export function joined<Held>(
  entries: readonly Held[],
  entry: Held,
  rule: { readonly compare: Compare<Held>; readonly join: (held: Held, entry: Held) => Held },
): readonly Held[] {
  const at = positionOf(entries, entry, rule.compare)
  const held = entries[at]
  if (held === undefined || rule.compare(held, entry) !== 0) return inserted(entries, at, entry)
  const merged = rule.join(held, entry)
  return merged === held ? entries : entries.with(at, merged)
}

/** Of two recordings of one thing the one that came first on the ledger stays. */
export const earlier = <Held extends { readonly offset: number }>(held: Held, entry: Held): Held =>
  held.offset <= entry.offset ? held : entry
