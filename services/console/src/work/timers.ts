import { type FactOf, failure, type Program, type TimerRunning, type TimerStopped } from '@cufflink/contracts'
import type { Ledger } from '@cufflink/ledger'
import type { Clock, Logger } from '@cufflink/runtime'
import type { Lease, Shard, Views } from '@cufflink/views'
import { sessionOfTimer } from '../charts/session-id.ts'
import { leaseName, noteOf, readNote } from './lease-note.ts'
import { extended, started, stopped } from './time-facts.ts'
import { dueOf, heard, isLost, type Limits, type Timer, untilOf, usualLimits } from './timer.ts'

/** Who asks for a timer: a person's connection. Is told what becomes of it. */
export type Seat = {
  readonly practice: string
  readonly clinician: string
  running(timer: TimerRunning): void
  stopped(ending: TimerStopped): void
  warned(session: string, stopsInMs: number): void
}

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
  /** Starts one on the clinician's seat; whatever else of theirs runs, stops. Rejects with VIEWS_UNAVAILABLE. */
  start(seat: Seat, work: WantedWork): Promise<void>
  /** Goes on with a session after a lost connection. @throws {CufflinkError} TIMER_LOST */
  resume(seat: Seat, session: string, idleMs: number): Promise<void>
  /** The seat's person last moved so long ago. */
  presence(seat: Seat, idleMs: number): void
  stop(seat: Seat, reason: 'stopped' | 'left'): Promise<void>
  /** Whoever signed out, or may no longer work, has no timer: it ends at its last proof. */
  signOut(clinician: string): Promise<void>
  /** The seat's connection closed. Its timer waits to be resumed until it counts as lost. */
  leave(seat: Seat): void
  /** Looks after every timer: idle, lost, checkpoints; and renews the leases. Called each second. */
  tick(): Promise<void>
  /** Saves what is proven; the timers stay for whichever server their people come back to. */
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

/** How long a lease runs without being renewed: longer than a lost connection is waited for, so that no server gives up sooner. */
const LEASE_MS = 20_000
const RENEW_MS = 5_000

type Running = {
  timer: Timer
  seat: Seat | undefined
  /** The stopwatch's reading at the start. */
  readonly zeroMs: number
  saved: boolean
  checkpointing: boolean
  noted: { readonly provenMs: number; readonly atMs: number }
}

export function createTimers(options: TimersOptions): Timers {
  const { ledger, leases, shardOf, clock, stopwatch, logger, holder, limits = usualLimits } = options
  const all = new Map<string, Running>()
  /** What is under way for each clinician: one thing at a time. */
  const queues = new Map<string, Promise<unknown>>()

  const sinceStart = ({ zeroMs }: Running): number => stopwatch() - zeroMs
  const nowOf = (running: Running): number => running.timer.startedAt + Math.floor(sinceStart(running))

  function inTurn<Value>(name: string, act: () => Promise<Value>): Promise<Value> {
    const turn = (queues.get(name) ?? Promise.resolve()).then(act, act)
    queues.set(name, turn)
    void turn
      .catch(() => undefined)
      .finally(() => {
        if (queues.get(name) === turn) queues.delete(name)
      })
    return turn
  }

  function tell({ timer, seat, saved }: Running): void {
    const { session, patient, patientName, program, category, startedAt, provenMs } = timer
    const workedMs = Math.floor(provenMs)
    seat?.running({
      type: 'timer',
      session,
      patient,
      patientName,
      program,
      category,
      startedAt,
      workedMs,
      here: true,
      saved,
    })
  }

  const ending = (timer: Timer, reason: TimerStopped['reason']): TimerStopped => ({
    type: 'timer.stopped',
    session: timer.session,
    patient: timer.patient,
    until: untilOf(timer),
    workedMs: Math.floor(timer.provenMs),
    reason,
  })

  /** Another seat of the same person takes over. */
  function sit(running: Running, seat: Seat): void {
    if (running.seat !== seat) running.seat?.stopped(ending(running.timer, 'moved'))
    running.seat = seat
  }

  const claim = (timer: Timer, saidMs: number) => ({ holder, ttlMs: LEASE_MS, note: noteOf(timer, saidMs) })

  /** Writes down the end of a timer of which another server, or a dead one, knew last. */
  async function closeBehind(lease: Lease, epoch: number, reason: 'left' | 'lost'): Promise<void> {
    const note = readNote(lease.note)
    if (note === undefined) return
    const timer: Timer = { ...note, epoch, warned: false }
    await ledger.append(stopped(timer, Math.max(clock.now(), untilOf(timer)), reason))
  }

  async function begin(seat: Seat, work: WantedWork): Promise<void> {
    const { practice, clinician } = seat
    const name = leaseName(seat)
    const held = all.get(name)
    if (held !== undefined) {
      const { timer } = held
      const same =
        timer.patient === work.patient && timer.program === work.program && timer.category === work.category
      if (same && !isLost(timer, sinceStart(held), limits)) {
        sit(held, seat)
        held.timer = heard(timer, sinceStart(held), 0)
        return tell(held)
      }
      const moved = held.seat !== undefined && held.seat !== seat
      await finish(held, 'left', moved ? 'moved' : 'left')
    }
    const startedAt = clock.now()
    const zeroMs = stopwatch()
    const session = sessionOfTimer(startedAt)
    const fresh = { provenMs: 0, heardMs: 0, checkpointMs: 0, warned: false }
    const draft: Timer = { ...work, ...fresh, practice, clinician, session, startedAt, epoch: 0 }
    const { epoch, before } = await leases.take(shardOf(name), name, claim(draft, 0))
    if (before !== undefined) await closeBehind(before, epoch, before.leftMs > 0 ? 'left' : 'lost')
    const running: Running = {
      timer: { ...draft, epoch },
      seat,
      zeroMs,
      saved: false,
      checkpointing: false,
      noted: { provenMs: 0, atMs: 0 },
    }
    all.set(name, running)
    tell(running)
    const save = async (): Promise<void> => {
      await ledger.append(started(running.timer))
      running.saved = true
      if (all.get(name) === running) tell(running)
    }
    save().catch((error: unknown) => logger.error('a timer was not saved', { error }))
  }

  /** Ends a timer at its last proof. The ledger first: a lease without an owner only waits to be closed again. */
  async function finish(
    running: Running,
    reason: FactOf<'time.stopped'>['data']['reason'],
    told: TimerStopped['reason'] = reason,
  ): Promise<void> {
    const { timer, seat } = running
    const name = leaseName(timer)
    if (all.get(name) === running) all.delete(name)
    await ledger.append(stopped(timer, nowOf(running), reason))
    seat?.stopped(ending(timer, told))
    await leases.release(shardOf(name), name, timer.epoch).catch(() => false) // it expires, and is closed again to no effect
  }

  async function goOn(seat: Seat, session: string, idleMs: number): Promise<void> {
    const name = leaseName(seat)
    const held = all.get(name)
    if (held !== undefined) {
      if (held.timer.session !== session) throw failure('TIMER_LOST')
      if (isLost(held.timer, sinceStart(held), limits)) {
        await finish(held, 'lost')
        throw failure('TIMER_LOST')
      }
      sit(held, seat)
      held.timer = heard(held.timer, sinceStart(held), idleMs)
      return tell(held)
    }
    const shard = shardOf(name)
    const lease = await leases.find(shard, name)
    const note = lease === undefined ? undefined : readNote(lease.note)
    if (lease === undefined || note === undefined || note.session !== session) throw failure('TIMER_LOST')
    // The engine's clock says how long ago the other server spoke; no clock of a server is compared with another's.
    const nowMs = note.saidMs + Math.max(0, LEASE_MS - lease.leftMs)
    const stale: Timer = { ...note, epoch: lease.epoch, warned: false }
    if (isLost(stale, nowMs, limits)) throw failure('TIMER_LOST')
    const { epoch } = await leases.take(shard, name, claim(stale, nowMs))
    const timer = heard({ ...stale, epoch }, nowMs, idleMs)
    const noted = { provenMs: note.provenMs, atMs: nowMs }
    const running: Running = {
      timer,
      seat,
      zeroMs: stopwatch() - nowMs,
      saved: true,
      checkpointing: false,
      noted,
    }
    all.set(name, running)
    tell(running)
    await checkpoint(running)
  }

  async function checkpoint(running: Running): Promise<void> {
    if (running.checkpointing) return
    running.checkpointing = true
    const { timer } = running
    try {
      await ledger.append(extended(timer, nowOf(running)))
      running.timer = { ...running.timer, checkpointMs: Math.max(running.timer.checkpointMs, timer.provenMs) }
    } finally {
      running.checkpointing = false
    }
  }

  function attend(running: Running): void {
    const { timer, seat } = running
    const nowMs = sinceStart(running)
    const due = dueOf(timer, nowMs, limits)
    switch (due) {
      case 'idle':
      case 'lost':
        void inTurn(leaseName(timer), async () => {
          if (
            all.get(leaseName(timer)) === running &&
            dueOf(running.timer, sinceStart(running), limits) === due
          )
            await finish(running, due)
        }).catch((error: unknown) => logger.error('a timer was not ended', { error }))
        return
      case 'warning':
        running.timer = { ...timer, warned: true }
        seat?.warned(timer.session, Math.max(0, Math.ceil(limits.idleMs - (nowMs - timer.provenMs))))
        return
      case 'checkpoint':
        void checkpoint(running).catch((error: unknown) => logger.error('a timer was not saved', { error }))
        return
      case undefined:
    }
  }

  /** Renews the leases of which there is something new to say, or that were not renewed for a while. */
  async function renew(): Promise<void> {
    const stale = [...all].filter(([, running]) => {
      const { noted, timer } = running
      return timer.provenMs > noted.provenMs || sinceStart(running) - noted.atMs >= RENEW_MS
    })
    const shards = Map.groupBy(stale, ([name]) => shardOf(name).partition)
    await Promise.all([...shards.values()].map((held) => renewShard(shardOf(held[0]![0]), held)))
  }

  async function renewShard(shard: Shard, held: readonly (readonly [string, Running])[]): Promise<void> {
    const said = held.map(([name, running]) => {
      const atMs = sinceStart(running)
      const { timer } = running
      return {
        name,
        running,
        noted: { provenMs: timer.provenMs, atMs },
        epoch: timer.epoch,
        note: noteOf(timer, atMs),
      }
    })
    const renewals = said.map(({ name, epoch, note }) => ({ name, holder, epoch, note }))
    const lost = new Set(await leases.renew(shard, renewals, LEASE_MS))
    for (const { name, running, noted, epoch } of said) {
      if (!lost.has(name)) running.noted = noted
      else if (all.get(name) === running && running.timer.epoch === epoch) {
        // Somebody else has it: they wrote down its end, and anything of ours after that would add nothing.
        all.delete(name)
        running.seat?.stopped(ending(running.timer, 'moved'))
      }
    }
  }

  return {
    get running() {
      return all.size
    },
    find: (practice, clinician) => all.get(leaseName({ practice, clinician }))?.timer,
    start: (seat, work) => inTurn(leaseName(seat), () => begin(seat, work)),
    resume: (seat, session, idleMs) => inTurn(leaseName(seat), () => goOn(seat, session, idleMs)),
    presence(seat, idleMs) {
      const running = all.get(leaseName(seat))
      if (running?.seat !== seat) return
      const nowMs = sinceStart(running)
      if (isLost(running.timer, nowMs, limits)) return // the next tick ends it at its last proof
      const { warned } = running.timer
      running.timer = heard(running.timer, nowMs, idleMs)
      if (warned && !running.timer.warned) tell(running)
    },
    stop: (seat, reason) =>
      inTurn(leaseName(seat), async () => {
        const running = all.get(leaseName(seat))
        if (running?.seat !== seat) return
        const nowMs = sinceStart(running)
        // Whoever stops it is there.
        if (!isLost(running.timer, nowMs, limits)) running.timer = heard(running.timer, nowMs, 0)
        await finish(running, reason)
      }),
    async signOut(clinician) {
      const theirs = [...all.values()].filter(({ timer }) => timer.clinician === clinician)
      await Promise.all(
        theirs.map((running) => inTurn(leaseName(running.timer), () => finish(running, 'signed-out'))),
      )
    },
    leave(seat) {
      const running = all.get(leaseName(seat))
      if (running?.seat === seat) running.seat = undefined
    },
    async tick() {
      for (const running of all.values()) attend(running)
      await renew()
    },
    async drain() {
      await Promise.all([...all.values()].map(checkpoint))
      await renew()
    },
  }
}
