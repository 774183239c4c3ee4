import { failure, type Program } from '@cufflink/contracts'
import type { Ledger } from '@cufflink/ledger'
import type { Clock, Logger } from '@cufflink/runtime'
import type { Lease, Shard, Views } from '@cufflink/views'
import { stretchOfTimer } from '../charts/stretch-id.ts'
import { createKeyedMutex } from '../keyed-mutex.ts'
import { leaseName, readNote } from './lease-note.ts'
import { ending, handOver, type Running, type TimerOwner, tell } from './owner.ts'
import { createRenewing } from './renewing.ts'
import { type LimitedOptions, type RunningTimers, runningTimers } from './running-timers.ts'
import { started } from './time-facts.ts'
import {
  afterHeartbeat,
  dueOf,
  isLate,
  isLost,
  type Limits,
  type Sign,
  type Timer,
  usualLimits,
} from './timer.ts'

export type WantedWork = {
  readonly patient: string
  readonly patientName: string
  readonly program: Program
  readonly category: string
}

/** The running timers of this server. One clinician has one, over all servers: the lease says whose it is. */
export type Timers = {
  readonly running: number
  /** Whether a clinician's timer runs here. */
  find(practice: string, clinician: string): Timer | undefined
  /** Starts one for this owner; whatever else of theirs runs, stops. Rejects with VIEWS_UNAVAILABLE. */
  start(owner: TimerOwner, work: WantedWork): Promise<void>
  /** Goes on with a session after a lost connection. @throws {CufflinkError} TIMER_LOST */
  resume(owner: TimerOwner, session: string, sign: Sign): Promise<void>
  /** A sign of the person. */
  presence(owner: TimerOwner, sign: Sign): void
  /** The person who stops a timer is there: `atMs` as in a sign. */
  stop(owner: TimerOwner, reason: 'stopped' | 'left', atMs: number): Promise<void>
  /** A person who signed out, or may no longer work, has no timer: it ends at its last proof. */
  signOut(clinician: string): Promise<void>
  /** The owner's connection closed. Its timer waits to be resumed until it counts as lost. */
  leave(owner: TimerOwner): void
  /** Looks after every timer: late, idle, lost, checkpoints; and renews the leases. Called twice a second. */
  tick(): Promise<void>
  /** Saves what is proven; the timers stay for the server that their people come back to. */
  drain(): Promise<void>
}

export type TimersOptions = {
  readonly ledger: Pick<Ledger, 'append'>
  readonly leases: Views['leases']
  /** The shard that a lease lies with. */
  shardOf(name: string): Shard
  /** The practice's clock, and the stopwatch of work: ms that only go forward. */
  readonly clock: Pick<Clock, 'now'>
  readonly stopwatch: () => number
  readonly logger: Logger
  /** Names this server. */
  readonly holder: string
  readonly limits?: Limits
}

/** A page whose signs come so late is told again how far the session is: the line stood still, or the sender's stopwatch did. */
const LATE_MS = 1_000

export function createTimers(options: TimersOptions): Timers {
  const { limits = usualLimits } = options
  const timers = runningTimers({ ...options, limits })
  const { all, elapsed, isHere, finish, checkpoint } = timers
  const begin = beginning({ ...options, limits }, timers)
  const goOn = resuming({ ...options, limits }, timers)
  /** One thing at a time for each clinician. */
  const inTurn = createKeyedMutex()
  const attend = attending({ ...options, limits }, timers, inTurn)
  const renew = createRenewing({
    ...options,
    leaseMs: limits.leaseMs,
    elapsed,
    lost(name, running) {
      if (!isHere(running)) return
      all.delete(name)
      running.owner?.stopped(ending(running.timer, 'moved'))
    },
  })
  /** What runs on a owner, unless another one of the same person has taken over. */
  const runningOn = (owner: TimerOwner): Running | undefined => {
    const running = all.get(leaseName(owner))
    return running?.owner === owner ? running : undefined
  }

  return {
    get running() {
      return all.size
    },
    find: (practice, clinician) => all.get(leaseName({ practice, clinician }))?.timer,
    start: (owner, work) => inTurn(leaseName(owner), () => begin(owner, work)),
    resume: (owner, session, sign) => inTurn(leaseName(owner), () => goOn(owner, session, sign)),
    presence(owner, sign) {
      const running = runningOn(owner)
      if (running === undefined) return
      const nowMs = elapsed(running)
      if (isLost(running.timer, nowMs, limits)) return // the next tick ends it at its last proof
      const { warned } = running.timer
      running.timer = afterHeartbeat(running.timer, nowMs, sign, limits)
      if ((warned && !running.timer.warned) || nowMs - sign.atMs > LATE_MS) tell(running, nowMs)
    },
    stop: (owner, reason, atMs) =>
      inTurn(leaseName(owner), async () => {
        const running = runningOn(owner)
        if (running === undefined) return
        const nowMs = elapsed(running)
        if (!isLost(running.timer, nowMs, limits))
          running.timer = afterHeartbeat(running.timer, nowMs, { idleMs: 0, atMs }, limits)
        await finish(running, reason)
      }),
    async signOut(clinician) {
      const theirs = [...all].filter(([, { timer }]) => timer.clinician === clinician)
      const ends = theirs.map(([name, running]) =>
        inTurn(name, async () => isHere(running) && finish(running, 'signed-out')),
      )
      await Promise.all(ends)
    },
    leave(owner) {
      const running = runningOn(owner)
      if (running !== undefined) running.owner = undefined
    },
    async tick() {
      for (const running of all.values()) attend(running)
      await renew(all)
    },
    async drain() {
      await Promise.allSettled([renew(all), ...[...all.values()].map(checkpoint)])
    },
  }
}

/** Begins a timer on a owner, in the place of whatever else of the clinician runs. */
function beginning(
  { leases, ledger, shardOf, clock, stopwatch, logger, limits }: LimitedOptions,
  { all, elapsed, isHere, claim, end, closeBehind, withTimeout }: RunningTimers,
): (owner: TimerOwner, work: WantedWork) => Promise<void> {
  /** Ends what a clinician's next timer takes the place of. */
  function endFor(held: Running, owner: TimerOwner): Promise<void> {
    if (isLost(held.timer, elapsed(held), limits)) return end(held, 'lost')
    return end(held, 'left', held.owner === owner || held.owner === undefined ? 'left' : 'moved')
  }

  async function save(running: Running): Promise<void> {
    await ledger.append(started(running.timer))
    running.saved = true
    if (isHere(running)) tell(running, elapsed(running))
  }

  return async (owner, work) => {
    const { practice, clinician } = owner
    const name = leaseName(owner)
    const held = all.get(name)
    if (held !== undefined && isSame(held.timer, work) && !isLost(held.timer, elapsed(held), limits)) {
      handOver(held, owner)
      held.timer = afterHeartbeat(held.timer, elapsed(held))
      return tell(held, elapsed(held))
    }
    const startedAt = clock.now()
    const zeroMs = stopwatch()
    if (held !== undefined) await withTimeout(endFor(held, owner))
    const session = stretchOfTimer(startedAt)
    const fresh = { provenMs: 0, lastHeartbeatMs: 0, checkpointMs: 0, warned: false }
    const draft: Timer = { ...work, ...fresh, practice, clinician, session, startedAt, epoch: 0 }
    const { epoch, before } = await leases.take(shardOf(name), name, claim(draft, 0))
    if (before !== undefined && before.epoch !== held?.timer.epoch)
      await withTimeout(closeBehind(before, epoch))
    const noted = { provenMs: 0, atMs: 0 }
    const running = { timer: { ...draft, epoch }, owner, zeroMs, saved: false, checkpointing: false, noted }
    all.set(name, running)
    tell(running, elapsed(running))
    save(running).catch((error: unknown) => logger.error('a timer was not saved', { error }))
  }
}

/** Goes on with a session after a lost connection. */
function resuming(
  { leases, shardOf, stopwatch, limits }: LimitedOptions,
  { all, elapsed, claim, finish, checkpoint, closeBehind, withTimeout }: RunningTimers,
): (owner: TimerOwner, session: string, sign: Sign) => Promise<void> {
  /** Goes on with what ran on another server. */
  async function takeOver(owner: TimerOwner, session: string, sign: Sign): Promise<void> {
    const name = leaseName(owner)
    const shard = shardOf(name)
    const lease = await leases.find(shard, name)
    const note = lease === undefined ? undefined : readNote(lease.note)
    if (lease === undefined || note === undefined || note.session !== session) throw failure('TIMER_LOST')
    // The engine's clock says how long ago the other server spoke; no clock of a server is compared with another's.
    const nowMs = note.saidMs + Math.max(0, limits.leaseMs - lease.leftMs)
    const stale: Timer = { ...note, epoch: lease.epoch, warned: false }
    if (isLost(stale, nowMs, limits)) throw failure('TIMER_LOST')
    const { epoch, before } = await leases.take(shard, name, claim(stale, nowMs))
    if (before?.epoch !== lease.epoch) return refuseOther(name, epoch, before)
    const timer = afterHeartbeat({ ...stale, epoch }, nowMs, sign, limits)
    const noted = { provenMs: note.provenMs, atMs: nowMs }
    const zeroMs = stopwatch() - nowMs
    const running: Running = { timer, owner, zeroMs, saved: true, checkpointing: false, noted }
    all.set(name, running)
    tell(running, elapsed(running))
    await checkpoint(running)
  }

  /** In the moment between finding a lease and taking it someone else took it, or ended what it was for. */
  async function refuseOther(name: string, epoch: number, taken: Lease | undefined): Promise<never> {
    if (taken !== undefined) await withTimeout(closeBehind(taken, epoch))
    await leases.release(shardOf(name), name, epoch).catch(() => false)
    throw failure('TIMER_LOST')
  }

  return async (owner, session, sign) => {
    const held = all.get(leaseName(owner))
    if (held === undefined) return takeOver(owner, session, sign)
    if (held.timer.session !== session) throw failure('TIMER_LOST')
    if (isLost(held.timer, elapsed(held), limits)) {
      await finish(held, 'lost')
      throw failure('TIMER_LOST')
    }
    handOver(held, owner)
    held.timer = afterHeartbeat(held.timer, elapsed(held), sign, limits)
    tell(held, elapsed(held))
  }
}

/** Does what is due for a timer: ends it, warns its person, saves what is proven. */
function attending(
  { logger, limits }: LimitedOptions,
  { elapsed, isHere, finish, checkpoint }: RunningTimers,
  inTurn: ReturnType<typeof createKeyedMutex>,
): (running: Running) => void {
  return (running) => {
    const { timer, owner } = running
    const nowMs = elapsed(running)
    if (isLate(timer, nowMs, limits)) owner?.late()
    const due = dueOf(timer, nowMs, limits)
    switch (due) {
      case 'idle':
      case 'lost':
        inTurn(leaseName(timer), async () => {
          if (isHere(running) && dueOf(running.timer, elapsed(running), limits) === due)
            await finish(running, due)
        }).catch((error: unknown) => logger.error('a timer was not ended', { error }))
        return
      case 'warning':
        running.timer = { ...timer, warned: true }
        owner?.warned(timer.session, Math.max(0, Math.ceil(limits.idleMs - (nowMs - timer.provenMs))))
        return
      case 'checkpoint':
        checkpoint(running).catch((error: unknown) => logger.error('a timer was not saved', { error }))
        return
      case undefined:
    }
  }
}

const isSame = (timer: Timer, { patient, program, category }: WantedWork): boolean =>
  timer.patient === patient && timer.program === program && timer.category === category
