import { decodeFact, type Fact, keyOf } from '@cufflink/contracts'
import type { LedgerRecord } from '@cufflink/ledger'
import type { Shard, Views } from '@cufflink/views'
import type { Projection, Target } from './projections/projection.ts'

export type PartitionOptions = {
  readonly shard: Shard
  readonly views: Pick<Views, 'watermark' | 'load' | 'commit'>
  readonly projection: Projection
  /** Documents kept decoded between batches. */
  readonly cacheSize: number
  /** Told of a record that is no fact this program knows. */
  unreadable(record: LedgerRecord): void
}

export type Applied = { readonly next: number; readonly outcome: 'committed' | 'mismatch' | 'gap' }

/** One ledger partition's tallies. `next` is the watermark as far as this process knows; the views decide. */
export type PartitionTracker = {
  readonly next: number
  readonly busy: boolean
  /** Forgets everything and reads the watermark. */
  locate(): Promise<number>
  /** Folds consecutive records and commits them with the watermark, or learns where the watermark is instead. */
  apply(records: readonly LedgerRecord[]): Promise<Applied>
}

/** A fact on its way into one of its documents. */
type Step = { readonly fact: Fact; readonly offset: number; readonly target: Target }

export function trackPartition({
  shard,
  views,
  projection,
  cacheSize,
  unreadable,
}: PartitionOptions): PartitionTracker {
  const cache = new Map<string, unknown>()
  let next = 0
  let busy = false

  async function locate(): Promise<number> {
    cache.clear()
    next = await views.watermark(shard)
    return next
  }

  async function apply(records: readonly LedgerRecord[]): Promise<Applied> {
    const first = records[0]!.offset
    if (first > next) return { next, outcome: 'gap' }
    if (first < next) return { next, outcome: 'mismatch' }
    busy = true
    try {
      return await foldAndCommit(records)
    } catch (error) {
      // Whether the commit happened is unknown. The watermark says, when it can be read again.
      cache.clear()
      throw error
    } finally {
      busy = false
    }
  }

  async function foldAndCommit(records: readonly LedgerRecord[]): Promise<Applied> {
    const after = records.at(-1)!.offset + 1
    const steps = interpret(records)
    const kinds = new Map(steps.map(({ target }) => [target.key, target.kind]))
    const before = await load(kinds)
    const touched = new Map(before)
    for (const { fact, offset, target } of steps)
      touched.set(target.key, target.kind.fold(touched.get(target.key), fact, offset))

    const outcome = await views.commit(shard, {
      expected: records[0]!.offset,
      next: after,
      documents: [...touched]
        .filter(([key, document]) => document !== before.get(key))
        .map(([key, document]) => ({ key, bytes: kinds.get(key)!.encode(document) })),
      members: steps.flatMap(({ target }) => target.members ?? []),
      changed: changedBy(steps.filter(({ target }) => touched.get(target.key) !== before.get(target.key))),
    })
    if (outcome.outcome === 'mismatch') {
      cache.clear()
      next = outcome.watermark
      return { next, outcome: 'mismatch' }
    }
    next = after
    remember(touched)
    return { next, outcome: 'committed' }
  }

  function interpret(records: readonly LedgerRecord[]): Step[] {
    const steps: Step[] = []
    for (const record of records) {
      const fact = readable(record)
      if (fact === undefined) continue
      for (const target of projection(fact)) steps.push({ fact, offset: record.offset, target })
    }
    return steps
  }

  /**
   * A record nobody can read is set aside where it lies; the partition goes on. So is one whose key names another patient
   * or practice than its fact: the partition was chosen by the key, and a fact may reach nobody else's documents.
   */
  function readable(record: LedgerRecord): Fact | undefined {
    try {
      const fact = decodeFact(record.text)
      if (keyOf(fact) === record.key) return fact
    } catch {
      // as unreadable as one under another's key
    }
    unreadable(record)
    return undefined
  }

  async function load(kinds: ReadonlyMap<string, Target['kind']>): Promise<ReadonlyMap<string, unknown>> {
    const missing = [...kinds.keys()].filter((key) => !cache.has(key))
    const bytes = missing.length === 0 ? [] : await views.load(shard, missing)
    const loaded = new Map(missing.map((key, index) => [key, bytes[index]]))
    return new Map(
      [...kinds].map(([key, kind]) => {
        const found = loaded.get(key)
        return [key, cache.get(key) ?? (found === undefined ? undefined : kind.decode(found))]
      }),
    )
  }

  /** Keeps the documents used last. */
  function remember(documents: ReadonlyMap<string, unknown>): void {
    for (const [key, document] of documents) {
      cache.delete(key)
      cache.set(key, document)
    }
    for (const key of cache.keys()) {
      if (cache.size <= cacheSize) break
      cache.delete(key)
    }
  }

  return {
    get next() {
      return next
    },
    get busy() {
      return busy
    },
    locate,
    apply,
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
