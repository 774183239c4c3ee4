import { decodeFact, type Fact, keyOf } from '@cufflink/contracts'
import type { LedgerRecord } from '@cufflink/ledger'
import {
  type DocumentWrite,
  documentCache,
  type FollowedShard,
  type FollowedShardOptions,
  followedShard,
  type Shard,
} from '@cufflink/views'
import { lateMarks } from '../late-changes/touched.ts'
import type { Projection, Target } from './projection.ts'

export type PartitionOptions = Omit<FollowedShardOptions, 'shard'> & {
  readonly shard: Shard
  readonly projection: Projection
  /** How many encoded bytes of documents are kept decoded between batches: a document of a busy month weighs more than one of a quiet one. */
  readonly cacheBytes: number
  /** Told of a record that is no fact this program knows. */
  unreadable(record: LedgerRecord): void
}

/** `next` is the offset to go on at. */
export type Applied = {
  readonly next: number
  readonly outcome: 'committed' | 'mismatch' | 'gap' | 'reset'
  /** How many records were folded, and the facts among them. */
  readonly folded: number
  readonly facts: readonly Fact[]
}

const nothing = { folded: 0, facts: [] } as const

/** One ledger partition's tallies. `next` is the watermark as far as this process knows; the views decide. */
export type PartitionTracker = Pick<FollowedShard, 'next' | 'again'> & {
  /** Forgets the partition's documents, so that they are folded again from 0. @throws {CufflinkError} LEDGER_GAP */
  reset(): Promise<void>
  readonly busy: boolean
  /** Forgets everything and reads the watermark. Returns the offset to begin at. @throws {CufflinkError} LEDGER_GAP */
  locate(): Promise<number>
  /** Folds consecutive records and commits them with the watermark, or learns where to go on instead. */
  apply(records: readonly LedgerRecord[]): Promise<Applied>
}

/** A fact on its way into one of its documents. */
type Step = { readonly fact: Fact; readonly offset: number; readonly target: Target }

/** A document that this program cannot decode. */
class DocumentUnreadable extends Error {}

export function trackPartition(options: PartitionOptions): PartitionTracker {
  const followed = followedShard(options)
  const documents = foldedDocuments(options)
  let busy = false

  function locate(): Promise<number> {
    documents.forget()
    return followed.locate()
  }

  function reset(): Promise<void> {
    documents.forget()
    return followed.reset('VIEWS_UNREADABLE')
  }

  async function apply(records: readonly LedgerRecord[]): Promise<Applied> {
    busy = true
    try {
      return await applyFresh(records)
    } catch (error) {
      // Whether the commit happened is unknown. The watermark says, when it can be read again.
      documents.forget()
      if (!(error instanceof DocumentUnreadable)) throw error
      await reset()
      return { next: await locate(), outcome: 'reset', ...nothing }
    } finally {
      busy = false
    }
  }

  async function applyFresh(records: readonly LedgerRecord[]): Promise<Applied> {
    const fresh = await followed.fresh(records)
    if (fresh === undefined) return { next: await locate(), outcome: 'reset', ...nothing }
    const { next } = followed
    const first = fresh[0]
    if (first === undefined) return { next, outcome: 'committed', ...nothing }
    if (first.offset < next) return { next, outcome: 'mismatch', ...nothing }
    const isWhole = first.offset === next && fresh.at(-1)!.offset + 1 === next + fresh.length
    if (!isWhole) return { next, outcome: 'gap', ...nothing }
    const facts = await foldAndCommit(fresh)
    if (facts !== undefined) return { next: followed.next, outcome: 'committed', folded: fresh.length, facts }
    return { next: await locate(), outcome: 'mismatch', ...nothing }
  }

  /**
   * One document after the other, so that no more are decoded at once than the cache keeps, however large the batch is.
   * @returns the facts among them, unless another has moved the watermark
   */
  async function foldAndCommit(records: readonly LedgerRecord[]): Promise<readonly Fact[] | undefined> {
    const steps = stepsOf(records, options)
    const perKey = Map.groupBy(steps, ({ target }) => target.key)
    const documentOf = await documents.load([...perKey.keys()])
    const written: DocumentWrite[] = []
    const changing: Step[] = []
    for (const [key, own] of perKey) {
      const { kind } = own[0]!.target
      const before = documentOf(key, kind)
      const after = own.reduce((document, { fact, offset }) => kind.fold(document, fact, offset), before)
      if (after === before) continue
      const bytes = kind.encode(after)
      written.push({ key, bytes })
      changing.push(...own)
      // Before it is written: where it is not, what is kept is forgotten.
      documents.keep(key, after, bytes)
    }
    const outcome = await followed.commit(records, {
      documents: written,
      members: steps.flatMap(({ target }) => target.members ?? []),
      changed: changedBy(changing),
      late: [...new Set(changing.flatMap(({ fact }) => lateMarks(fact)))],
    })
    if (outcome !== 'committed') return undefined
    return [...new Set(steps.map(({ fact }) => fact))]
  }

  return {
    get next() {
      return followed.next
    },
    get again() {
      return followed.again
    },
    get busy() {
      return busy
    },
    locate,
    reset,
    apply,
  }
}

/** What the facts among some records are folded into. */
function stepsOf(
  records: readonly LedgerRecord[],
  { projection, unreadable }: Pick<PartitionOptions, 'projection' | 'unreadable'>,
): readonly Step[] {
  return records.flatMap((record) => {
    const fact = factOf(record)
    if (fact !== undefined)
      return projection(fact, record.offset).map((target) => ({ fact, offset: record.offset, target }))
    unreadable(record)
    return []
  })
}

/**
 * A record no one can read is set aside where it lies; the partition goes on. So is one whose key names another patient
 * or practice than its fact: the partition was chosen by the key, and a fact may reach no one else's documents.
 */
function factOf({ text, key }: LedgerRecord): Fact | undefined {
  try {
    const fact = decodeFact(text)
    return keyOf(fact) === key ? fact : undefined
  } catch {
    return undefined
  }
}

/** The documents of a partition, of which those that were used last are kept decoded. */
function foldedDocuments({ shard, views, cacheBytes }: PartitionOptions) {
  const cache = documentCache<unknown>(cacheBytes)
  const keep = (key: string, document: unknown, { length }: Uint8Array): void =>
    cache.keep(key, document, length)
  return {
    keep,
    forget: (): void => cache.clear(),
    /** @returns what gives each document, decoded only then; what was kept decoded before is there whatever is kept meanwhile */
    async load(keys: readonly string[]) {
      const held = new Map(keys.map((key) => [key, cache.get(key)]))
      const missing = keys.filter((key) => held.get(key) === undefined)
      const loaded = missing.length === 0 ? [] : await views.load(shard, missing)
      const found = new Map(missing.map((key, index) => [key, loaded[index]]))
      return (key: string, kind: Target['kind']): unknown => {
        const bytes = found.get(key)
        if (bytes === undefined) return held.get(key)
        const document = decode(kind, bytes)
        keep(key, document, bytes)
        return document
      }
    },
  }
}

function decode(kind: Target['kind'], bytes: Uint8Array): unknown {
  try {
    return kind.decode(bytes)
  } catch (cause) {
    throw new DocumentUnreadable('A document cannot be decoded.', { cause })
  }
}

function changedBy(steps: readonly Step[]): Map<string, Set<string>> {
  const changed = new Map<string, Set<string>>()
  for (const { fact, target } of steps) {
    if (target.patient === undefined) continue
    const patients = changed.get(fact.tenant)
    if (patients === undefined) changed.set(fact.tenant, new Set([target.patient]))
    else patients.add(target.patient)
  }
  return changed
}
