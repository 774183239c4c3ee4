import type { FactOf } from '@cufflink/contracts'

/** SHA-256 of a text in UTF-8, hexadecimal. The rules bring none of their own. */
export type Sha256 = (text: string) => string

/** A locked line with its evidence, as it is on the ledger, and the practice it belongs to. */
export type ChainRow = {
  readonly tenant: string
  readonly data: Extract<FactOf<'claim.locked'>, { v: 2 }>['data']
}
export type ChainSeal = { readonly tenant: string; readonly data: FactOf<'month.closed'>['data'] }

/** What the first line of a practice's first closing has for the hash before it. */
export const GENESIS = '0'.repeat(64)

/** JSON with its keys in order and no space: one text for one value. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item ?? null)).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  const members = Object.entries(value)
    .filter(([, held]) => held !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, held]) => `${JSON.stringify(key)}:${canonical(held)}`)
  return `{${members.join(',')}}`
}

/** The hash of a row: over everything but itself. */
function hashOfRow({ tenant, data: { hash: _hash, ...rest } }: ChainRow, sha256: Sha256): string {
  return sha256(canonical({ tenant, ...rest }))
}

/** A row with its hash, which is the next one's `previous`. */
export function chained(
  tenant: string,
  data: Omit<ChainRow['data'], 'hash'>,
  sha256: Sha256,
): ChainRow['data'] {
  // Through JSON once, so that what is hashed is what a reader of the ledger will have.
  const plain = JSON.parse(JSON.stringify(data)) as typeof data
  return { ...plain, hash: sha256(canonical({ tenant, ...plain })) }
}

/** A row as the chain sees it: its place, and whether it is still what was hashed. Without the evidence, so that many fit into memory. */
export type ChainLink = Pick<ChainRow['data'], 'closing' | 'sequence' | 'previous' | 'hash'> & {
  readonly intact: boolean
}

export function linkOf(row: ChainRow, sha256: Sha256): ChainLink {
  const { closing, sequence, previous, hash } = row.data
  return { closing, sequence, previous, hash, intact: hashOfRow(row, sha256) === hash }
}

/** What is wrong with a closing; `sequence` 0 is its seal. */
export type ChainFault = {
  readonly closing: string
  readonly sequence: number
  readonly fault: 'changed' | 'missing' | 'out-of-order' | 'unsealed' | 'forked'
}

/**
 * What is wrong with the evidence of one practice: nothing when every closing is sealed, every seal stands on the one before, and every row
 * is there, unchanged, in its place. The rows of a closing are expected in the order in which they were locked.
 */
export const verifyChain = (
  rows: readonly ChainRow[],
  seals: readonly ChainSeal[],
  sha256: Sha256,
): readonly ChainFault[] =>
  verifyLinks(
    rows.map((row) => linkOf(row, sha256)),
    seals,
  )

/** The same of rows that were read before. */
export function verifyLinks(links: readonly ChainLink[], seals: readonly ChainSeal[]): readonly ChainFault[] {
  const perClosing = Map.groupBy(links, ({ closing }) => closing)
  const sealed = new Map(seals.map((seal) => [seal.data.closing, seal]))
  const unsealed = [...perClosing.keys()]
    .filter((closing) => !sealed.has(closing))
    .map((closing): ChainFault => ({ closing, sequence: 0, fault: 'unsealed' }))
  const ofClosings = [...sealed.values()].flatMap((seal) =>
    faultsOfClosing(perClosing.get(seal.data.closing) ?? [], seal),
  )
  return [...faultsOfSeals([...sealed.values()]), ...ofClosings, ...unsealed]
}

/** Every seal but the first stands on another's head, and no two on the same. */
function faultsOfSeals(seals: readonly ChainSeal[]): readonly ChainFault[] {
  const heads = new Set([GENESIS, ...seals.map(({ data }) => data.head)])
  const standing = new Set<string>()
  return seals.flatMap(({ data: { closing, previous } }): ChainFault[] => {
    const fault = !heads.has(previous) ? 'missing' : standing.has(previous) ? 'forked' : undefined
    standing.add(previous)
    return fault === undefined ? [] : [{ closing, sequence: 0, fault }]
  })
}

/**
 * The hash of the row under each number, back from the head: a seal pins its last row, and a row the one before. As far as the rows are
 * there: another row that stands beside one of them is told from it by this.
 */
function pinnedBy(head: string, links: readonly ChainLink[], count: number): ReadonlyMap<number, string> {
  const perSequence = Map.groupBy(links, ({ sequence }) => sequence)
  const pinned = new Map<number, string>()
  let hash = head
  for (let sequence = count; sequence > 0; sequence -= 1) {
    const link = perSequence.get(sequence)?.find((one) => one.hash === hash)
    if (link === undefined) break
    pinned.set(sequence, hash)
    hash = link.previous
  }
  return pinned
}

function faultsOfClosing(
  links: readonly ChainLink[],
  { data: { closing, count, previous, head } }: ChainSeal,
): readonly ChainFault[] {
  const bySequence = new Map(links.map((link) => [link.sequence, link]))
  const pinned = pinnedBy(head, links, count)
  const hashBefore = (sequence: number): string | undefined =>
    sequence === 1 ? previous : bySequence.get(sequence - 1)?.hash
  let last = 0
  const ofRows = links.flatMap(({ sequence, hash, previous: link, intact }): ChainFault[] => {
    const before = hashBefore(sequence)
    // The ledger delivers at least once: the very same row again is the same row.
    const again = sequence === last && bySequence.get(sequence)?.hash === hash
    const late = sequence <= last && !again
    last = Math.max(last, sequence)
    if (!intact) return [{ closing, sequence, fault: 'changed' }]
    const isOther = pinned.has(sequence) && pinned.get(sequence) !== hash
    if (late || isOther || (before !== undefined && before !== link))
      return [{ closing, sequence, fault: 'out-of-order' }]
    return []
  })
  const missing = Array.from({ length: count }, (_, index) => index + 1)
    .filter((sequence) => !bySequence.has(sequence))
    .map((sequence): ChainFault => ({ closing, sequence, fault: 'missing' }))
  const whole = ofRows.length === 0 && missing.length === 0
  const sealed = bySequence.size === count && bySequence.get(count)?.hash === head
  return [
    ...ofRows,
    ...missing,
    ...(whole && !sealed ? [{ closing, sequence: 0, fault: 'changed' } as const] : []),
  ]
}
