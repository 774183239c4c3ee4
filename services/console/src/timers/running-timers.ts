import type { FactOf, TimerStopped } from '@cufflink/contracts'
import type { Lease } from '@cufflink/views'
import { leaseName, noteOf, readNote } from './lease-note.ts'
import { ending, type Running } from './owner.ts'
import { extended, stopped } from './time-facts.ts'
import { type Limits, type Timer, untilOf } from './timer.ts'
import type { TimersOptions } from './timers.ts'

export type LimitedOptions = TimersOptions & { readonly limits: Limits }
export type RunningTimers = ReturnType<typeof runningTimers>

type Ending = FactOf<'time.stopped'>['data']['reason']

/** How long the end of one timer may keep the next one waiting: when the ledger is away, work goes on. */
const PATIENCE_MS = 1_000

/** The timers that run on this server, and what of them is written down. */
export function runningTimers(options: LimitedOptions) {
  const { ledger, leases, shardOf, clock, stopwatch, logger, holder, limits } = options
  const all = new Map<string, Running>()
  const elapsed = ({ zeroMs }: Running): number => stopwatch() - zeroMs
  const nowOf = (running: Running): number => running.timer.startedAt + Math.floor(elapsed(running))
  const isHere = (running: Running): boolean => all.get(leaseName(running.timer)) === running

  /** Ends a timer at its last proof; its owner is told once that is durable. */
  async function end(running: Running, reason: Ending, told: TimerStopped['reason'] = reason): Promise<void> {
    const { timer, owner } = running
    if (isHere(running)) all.delete(leaseName(timer))
    await ledger.append(stopped(timer, nowOf(running), reason))
    owner?.stopped(ending(timer, told))
  }

  return {
    all,
    elapsed,
    isHere,
    end,
    /** What a lease of a timer says, `saidMs` after its start. */
    claim: (timer: Timer, saidMs: number) => ({
      holder,
      ttlMs: limits.leaseMs,
      note: noteOf(timer, saidMs),
    }),
    /** Ends it and gives its lease back. The ledger first: a lease without an owner only waits to be closed again. */
    async finish(running: Running, reason: Ending): Promise<void> {
      const name = leaseName(running.timer)
      await end(running, reason)
      await leases.release(shardOf(name), name, running.timer.epoch).catch(() => false) // it expires, and is closed again to no effect
    },
    async checkpoint(running: Running): Promise<void> {
      if (running.checkpointing) return
      running.checkpointing = true
      const { timer } = running
      try {
        await ledger.append(extended(timer, nowOf(running)))
        const checkpointMs = Math.max(running.timer.checkpointMs, timer.provenMs)
        running.timer = { ...running.timer, checkpointMs }
      } finally {
        running.checkpointing = false
      }
    },
    /** Writes down the end of a timer of which another server, or a dead one, knew last. */
    async closeBehind(lease: Lease, epoch: number): Promise<void> {
      const note = readNote(lease.note)
      if (note === undefined) return
      const timer: Timer = { ...note, epoch, warned: false }
      const reason = lease.leftMs > 0 ? 'left' : 'lost'
      await ledger.append(stopped(timer, Math.max(clock.now(), untilOf(timer)), reason))
    },
    /** What is appended gets to the ledger in its order, sooner or later; it is waited for while the ledger answers. */
    async withTimeout(appended: Promise<void>): Promise<void> {
      const patience = Promise.withResolvers<void>()
      const timer = setTimeout(patience.resolve, PATIENCE_MS)
      const logged = appended.catch((error: unknown) => logger.error('a timer was not ended', { error }))
      await Promise.race([logged, patience.promise]).finally(() => clearTimeout(timer))
    },
  }
}
