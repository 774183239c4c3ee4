import type { Program } from '@cufflink/contracts'

/** The limits of presence, in ms of work. */
export type Limits = {
  /** A client proves presence at least so often. */
  readonly heartbeatMs: number
  /** Without a heartbeat for so long, the connection counts as lost. */
  readonly lostMs: number
  /** No one moved for so long: warn, then stop. */
  readonly warnMs: number
  readonly idleMs: number
  /** A proof is on the ledger after so long at the latest. */
  readonly checkpointMs: number
  /** A lease runs so long without being renewed: longer than a lost connection is waited for, so that no server gives up sooner. */
  readonly leaseMs: number
}

/** Billing rules §5: idle 120 s. A crash loses at most one heartbeat. */
export const usualLimits: Limits = {
  heartbeatMs: 4_000,
  lostMs: 15_000,
  warnMs: 90_000,
  idleMs: 120_000,
  checkpointMs: 30_000,
  leaseMs: 20_000,
}

/** Whose time on which patient, and as what. */
export type Work = {
  readonly practice: string
  readonly clinician: string
  readonly patient: string
  readonly patientName: string
  readonly program: Program
  readonly category: string
}

/**
 * A running timer: a value. Its instants are ms of work since it started, by a stopwatch that no clock change moves; only `startedAt` is
 * of the practice's clock.
 */
export type Timer = Work & {
  readonly session: string
  readonly startedAt: number
  readonly epoch: number
  /** The last proof of presence. */
  readonly provenMs: number
  /** When the last heartbeat, or another message of the client, came. */
  readonly lastHeartbeatMs: number
  /** How far the ledger was told. */
  readonly checkpointMs: number
  readonly warned: boolean
}

/** The end of what is proven, on the practice's clock. */
export const untilOf = ({ startedAt, provenMs }: Timer): number => startedAt + Math.floor(provenMs)

/** Without a heartbeat for too long: whatever comes now, the presence in between is not proven. */
export const isLost = ({ lastHeartbeatMs }: Timer, nowMs: number, { lostMs }: Limits): boolean =>
  nowMs - lastHeartbeatMs > lostMs

/** A heartbeat is missing: a page whose own timers stand still is asked. */
export const isLate = ({ lastHeartbeatMs }: Timer, nowMs: number, { heartbeatMs }: Limits): boolean =>
  nowMs - lastHeartbeatMs > heartbeatMs

/** A sign of the person: they last moved `idleMs` before it was sent, and it was sent `atMs` after the timer's start. */
export type Sign = { readonly idleMs: number; readonly atMs: number }

/**
 * The timer after a heartbeat, or another sign of the person; without a sign, only the connection is known to live. A proof never goes back, nor into the
 * future, nor grows by what a message was late. A warning has ended once someone has moved since.
 */
export function afterHeartbeat(
  timer: Timer,
  nowMs: number,
  sign?: Sign,
  { warnMs }: Limits = usualLimits,
): Timer {
  const saidMs = sign === undefined ? timer.provenMs : Math.min(nowMs, sign.atMs) - Math.max(0, sign.idleMs)
  const provenMs = Math.max(timer.provenMs, saidMs)
  return { ...timer, lastHeartbeatMs: nowMs, provenMs, warned: timer.warned && nowMs - provenMs >= warnMs }
}

export type Due = 'lost' | 'idle' | 'warning' | 'checkpoint'

/** What is to be done about a timer now, the most pressing first. */
export function dueOf(timer: Timer, nowMs: number, limits: Limits): Due | undefined {
  const idleMs = nowMs - timer.provenMs
  if (idleMs >= limits.idleMs) return 'idle'
  if (isLost(timer, nowMs, limits)) return 'lost'
  if (idleMs >= limits.warnMs && !timer.warned) return 'warning'
  // Early by a heartbeat, so that it is never late.
  const unsaved = timer.provenMs > timer.checkpointMs
  if (unsaved && nowMs - timer.checkpointMs >= limits.checkpointMs - limits.heartbeatMs) return 'checkpoint'
  return undefined
}
