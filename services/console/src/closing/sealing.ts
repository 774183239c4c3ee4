import { GENESIS } from '@cufflink/billing'
import type { Practice } from '@cufflink/charts'
import { rowOf } from '@cufflink/contracts'
import type { Ledger } from '@cufflink/ledger'
import type { Clock, Logger } from '@cufflink/runtime'
import type { Lease, Shard, Views } from '@cufflink/views'
import { scan } from './scan.ts'

const AT_ONCE = 50

/** What the lease of a closing says, so that another server can seal it. */
export type ClosingNote = {
  readonly kind: 'closing'
  readonly practice: string
  readonly month: string
  readonly closing: string
  readonly previous: string
  readonly by: string
  /** What of it was on the ledger when the lease was last renewed between patients, and where `activity` ended then: other rows come after. */
  readonly locked: Chain
  readonly from: readonly number[]
}

/** How many lines are locked, and the hash of the last of them. */
export type Chain = { count: number; head: string }

export type SealingOptions = {
  readonly ledger: Pick<Ledger, 'append' | 'read' | 'endOffsets'>
  readonly leases: Views['leases']
  readonly activityShards: readonly Shard[]
  readonly clock: Pick<Clock, 'now'>
  readonly logger: Logger
  readonly holder: string
  readonly leaseMs: number
}

export type Sealing = {
  /** Says on the ledger that a closing is complete. One that locked nothing leaves nothing. */
  seal(note: ClosingNote, chain: Chain): Promise<void>
  /** Seals what a server that died had locked, when its lease is up. */
  sealOrphan(shard: Shard, lease: Pick<Lease, 'name' | 'note'>): Promise<void>
  sealOrphans(): Promise<void>
}

export function createSealing(options: SealingOptions): Sealing {
  const { ledger, leases, activityShards, clock, logger, holder, leaseMs } = options

  async function seal(note: ClosingNote, { count, head }: Chain): Promise<void> {
    if (count === 0) return
    const { practice: tenant, closing, month, previous, by } = note
    const data = { closing, month, count, previous, head }
    const envelope = { id: `${closing}-seal`, v: 1, tenant, at: clock.now(), by } as const
    await ledger.append({ ...envelope, type: 'month.closed', data })
  }

  /** Counts what was locked, unless it is sealed already: the ledger is read from where its last renewal came. */
  async function sealBehind(note: ClosingNote): Promise<void> {
    const { locked } = note
    const rows = new Map([[locked.count, locked.head]])
    for await (const { fact } of scan(ledger, 'activity', note.from)) {
      if (fact.tenant !== note.practice) continue
      if (fact.type === 'month.closed' && fact.data.closing === note.closing) return
      if (fact.type === 'claim.locked' && fact.v === 2 && fact.data.closing === note.closing)
        rows.set(fact.data.sequence, fact.data.hash)
    }
    const count = Math.max(...rows.keys())
    await seal(note, { count, head: rows.get(count)! })
    logger.warn('a closing was sealed after its server died', { count })
  }

  /** The note stays with the lease until it is sealed: a server that fails at it leaves it to the next. */
  async function sealOrphan(shard: Shard, { name, note: text }: Pick<Lease, 'name' | 'note'>): Promise<void> {
    const note = noteOf(text)
    if (note === undefined) return
    const taken = await leases.takeFree(shard, name, { holder, note: text, ttlMs: leaseMs })
    if ('held' in taken) return
    await sealBehind(note)
    await leases.release(shard, name, taken.epoch)
  }

  return {
    seal,
    sealOrphan,
    async sealOrphans() {
      for (const shard of activityShards)
        for (const lease of await leases.expired(shard, AT_ONCE))
          await sealOrphan(shard, lease).catch((error: unknown) => {
            if (rowOf(error).class === 'transient') throw error
            logger.error('a closing cannot be sealed', { error })
          })
    },
  }
}

/** The note of a lease; `undefined` of one that is not a closing's. */
function noteOf(text: string): ClosingNote | undefined {
  const note = JSON.parse(text) as { readonly kind?: string }
  if (note.kind !== 'closing') return undefined
  const closing = note as Omit<ClosingNote, 'locked'> & Partial<ClosingNote>
  // A note that does not tell what was locked is of a program before this one, and tells where the closing began.
  return { ...closing, locked: closing.locked ?? { count: 0, head: closing.previous } }
}

/** The practice's last closing, on which the next one stands. */
export const headOf = (practice: Practice): string => sealsOf(practice).at(-1)?.head ?? GENESIS

/** What a closing locked that is complete; `undefined` of one that is not. */
export const sealedOf = (practice: Practice, closing: string): number | undefined =>
  sealsOf(practice).find((seal) => seal.closing === closing)?.count

const sealsOf = ({ facts }: Practice) =>
  facts.flatMap(({ fact }) => (fact.type === 'month.closed' ? [fact.data] : []))
