import { hrtime } from 'node:process'
import type { DatabaseSync } from 'node:sqlite'
import { type Claim, type Lease, type Leases, RELEASED_KEPT_MS, type Renewal, type Taken } from '../leases.ts'
import type { Shard } from '../port.ts'
import { tagOf } from '../shards.ts'
import type { Transaction } from './transaction.ts'

/** A row under its shard; a released lease has no holder. `since` is when it was written and `ends` when it is up, or forgotten. */
type Row = {
  readonly name: string
  readonly epoch: number
  readonly holder: string | null
  readonly note: string
  readonly since: number
  readonly ends: number
}

/** Whether a renewal holds against what is there. */
export type RenewGuard = (renewal: Renewal, there: Pick<Row, 'epoch' | 'holder'>) => boolean

/** A released lease has no holder: its own epoch does not match. */
export const ownEpoch: RenewGuard = ({ epoch, holder }, there) =>
  epoch > there.epoch || (epoch === there.epoch && holder === there.holder)

export type SqliteLeasesOptions = {
  readonly database: DatabaseSync
  readonly transaction: Transaction
  /** Anything but `ownEpoch` is a test's mutant. */
  readonly renewGuard: RenewGuard
}

/** ms since the machine started, the same in all its threads and processes, which no clock that is set moves. */
export const stopwatchMs = (): number => Math.floor(Number(hrtime.bigint()) / 1e6)

/** Leases beside the views, in their file. What was written before the machine started again is up. */
export function sqliteLeases({ database, transaction, renewGuard }: SqliteLeasesOptions): Leases {
  const statements = prepare(database)
  const rowOf = (tag: string, name: string): Row | undefined =>
    statements.find.get(tag, name) as Row | undefined

  function take(tag: string, name: string, { holder, note, ttlMs }: Claim): Taken {
    const [now, row] = [stopwatchMs(), rowOf(tag, name)]
    // oxlint-disable-next-line eslint/no-restricted-properties -- no deadline: an epoch rises over a file that was deleted
    const epoch = Math.max((row?.epoch ?? 0) + 1, Date.now())
    statements.write.run(tag, name, epoch, holder, note, now, now + ttlMs)
    const before = leaseOf(row, now)
    return before === undefined ? { epoch } : { epoch, before }
  }

  function takeFree(tag: string, name: string, claim: Claim): Taken | { readonly held: Lease } {
    const there = leaseOf(rowOf(tag, name), stopwatchMs())
    return there !== undefined && there.leftMs > 0 ? { held: there } : take(tag, name, claim)
  }

  /** @returns whether it was renewed */
  function renew(tag: string, renewal: Renewal, ttlMs: number): boolean {
    const { name, epoch, holder, note } = renewal
    const row = rowOf(tag, name)
    if (row !== undefined && !renewGuard(renewal, row)) return false
    const now = stopwatchMs()
    statements.write.run(tag, name, epoch, holder, note, now, now + ttlMs)
    return true
  }

  function release(tag: string, name: string, epoch: number): boolean {
    if (epoch < (rowOf(tag, name)?.epoch ?? 0)) return false
    const now = stopwatchMs()
    statements.write.run(tag, name, epoch, null, '', now, now + RELEASED_KEPT_MS)
    statements.forget.run(tag, now, now)
    return true
  }

  const write = <Value>(shard: Shard, operation: (tag: string) => Value): Promise<Value> =>
    transaction('BEGIN IMMEDIATE', () => operation(tagOf(shard)))

  return {
    take: (shard, name, claim) => write(shard, (tag) => take(tag, name, claim)),
    takeFree: (shard, name, claim) => write(shard, (tag) => takeFree(tag, name, claim)),
    renew: (shard, leases, ttlMs) =>
      write(shard, (tag) => leases.filter((one) => !renew(tag, one, ttlMs)).map(({ name }) => name)),
    release: (shard, name, epoch) => write(shard, (tag) => release(tag, name, epoch)),
    expired: (shard, limit) =>
      transaction('BEGIN', () => {
        const now = stopwatchMs()
        const rows = statements.expired.all(tagOf(shard), now, now, limit) as Row[]
        return rows.flatMap((row) => leaseOf(row, now) ?? [])
      }),
    find: (shard, name) => transaction('BEGIN', () => leaseOf(rowOf(tagOf(shard), name), stopwatchMs())),
  }
}

function leaseOf(row: Row | undefined, now: number): Lease | undefined {
  if (row === undefined || row.holder === null) return undefined
  const { name, epoch, holder, note, since, ends } = row
  return { name, holder, epoch, note, leftMs: since > now ? 0 : ends - now }
}

const prepare = (database: DatabaseSync) => ({
  find: database.prepare(
    'SELECT name, epoch, holder, note, since, ends FROM leases WHERE shard = ? AND name = ?',
  ),
  write: database.prepare('INSERT OR REPLACE INTO leases VALUES (?, ?, ?, ?, ?, ?, ?)'),
  forget: database.prepare(
    'DELETE FROM leases WHERE shard = ? AND holder IS NULL AND (ends <= ? OR since > ?)',
  ),
  expired: database.prepare(`
    SELECT name, epoch, holder, note, since, ends FROM leases
    WHERE shard = ? AND holder IS NOT NULL AND (ends <= ? OR since > ?) ORDER BY ends LIMIT ?
  `),
})
