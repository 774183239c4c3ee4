import type { Documents } from '@cufflink/charts'
import { provenUntil, utcMonth } from '@cufflink/folds'
import type { Ledger } from '@cufflink/ledger'
import type { Clock, Logger } from '@cufflink/runtime'
import type { Shard, Views } from '@cufflink/views'
import { findOwn } from '../charts/stretch-id.ts'
import { type LeaseNote, readNote } from './lease-note.ts'
import { stopped } from './time-facts.ts'
import { type Timer, untilOf } from './timer.ts'

const AT_ONCE = 200
/** How long the server that closes an orphan has for it; after that another one does. */
const CLOSING_MS = 10_000
const QUIET_MS = 20_000

export type OrphansOptions = {
  readonly ledger: Pick<Ledger, 'append'>
  readonly leases: Views['leases']
  readonly documents: Pick<Documents, 'activity' | 'activityShards'>
  readonly clock: Pick<Clock, 'now'>
  readonly logger: Logger
  readonly holder: string
}

/**
 * Closes the timers whose server died: the server that sees a lease expire writes the end down, at the last proof. Under an epoch of
 * its own, so that a server that only slept can add nothing any more. @returns how many it closed.
 */
export async function closeOrphans(options: OrphansOptions): Promise<number> {
  const { leases, documents, logger } = options
  let closed = 0
  for (const shard of documents.activityShards) {
    const expired = await leases.expired(shard, AT_ONCE)
    const outcomes = await Promise.all(
      expired.map(({ name, note }) => closeOne(options, shard, { name, note })),
    )
    closed += outcomes.filter(Boolean).length
  }
  if (closed > 0) logger.warn('orphaned timers closed', { count: closed })
  return closed
}

async function closeOne(
  { ledger, leases, documents, clock, holder }: OrphansOptions,
  shard: Shard,
  { name, note }: { readonly name: string; readonly note: string },
): Promise<boolean> {
  if (readNote(note) === undefined) return false
  const taken = await leases.takeFree(shard, name, { holder, note, ttlMs: CLOSING_MS })
  if ('held' in taken) return false
  const { epoch, before } = taken
  const last = before === undefined ? undefined : readNote(before.note)
  if (last !== undefined) {
    const provenMs = Math.max(last.provenMs, await provenOnLedger(documents, last))
    const timer: Timer = { ...last, epoch, provenMs, warned: false }
    await ledger.append(stopped(timer, Math.max(clock.now(), untilOf(timer)), 'lost'))
  }
  await leases.release(shard, name, epoch)
  return last !== undefined
}

/** How far the ledger knows presence to be proven, ms of work: further than the lease when the views were rolled back. */
async function provenOnLedger(documents: OrphansOptions['documents'], note: LeaseNote): Promise<number> {
  const { practice, patient, startedAt } = note
  const { minutes } = await documents.activity(practice, patient, { minutes: [utcMonth(startedAt)] })
  const entry = findOwn(minutes, note)
  return entry === undefined ? 0 : provenUntil(entry) - startedAt
}

export type OrphanWatch = { look(): Promise<void> }

/**
 * Looks for orphans again and again, but not soon after the views were away: their leases ran out meanwhile, and their servers must
 * have the time to renew them first.
 */
export function watchOrphans(options: OrphansOptions & { readonly stopwatch: () => number }): OrphanWatch {
  let quietUntil = 0
  return {
    async look() {
      if (options.stopwatch() < quietUntil) return
      try {
        await closeOrphans(options)
      } catch (error) {
        quietUntil = options.stopwatch() + QUIET_MS
        throw error
      }
    },
  }
}
