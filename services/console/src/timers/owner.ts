import type { TimerRunning, TimerStopped } from '@cufflink/contracts'
import { type Timer, untilOf } from './timer.ts'

/** Who asks for a timer: a person's connection. Is told what becomes of it. */
export type TimerOwner = {
  readonly practice: string
  readonly clinician: string
  running(timer: TimerRunning): void
  stopped(ending: TimerStopped): void
  warned(session: string, stopsInMs: number): void
  /** Presence is to be proven. */
  late(): void
}

/** A timer that runs on this server, and which connection owns it, if any does just now. */
export type Running = {
  timer: Timer
  owner: TimerOwner | undefined
  /** What the stopwatch showed at the start. */
  readonly zeroMs: number
  /** Its beginning is durable. */
  saved: boolean
  checkpointing: boolean
  /** What its lease says. */
  noted: { readonly provenMs: number; readonly atMs: number }
}

/** Tells the owner that the timer runs, `nowMs` after its start. */
export function tell({ timer, owner, saved }: Running, nowMs: number): void {
  const { session, patient, patientName, program, category, startedAt, provenMs } = timer
  const workedMs = Math.floor(provenMs)
  const shown = {
    session,
    patient,
    patientName,
    program,
    category,
    startedAt,
    workedMs,
    atMs: Math.floor(nowMs),
  }
  owner?.running({ type: 'timer', ...shown, here: true, saved })
}

/** Another connection of the same person takes over. */
export function handOver(running: Running, owner: TimerOwner): void {
  if (running.owner !== owner) running.owner?.stopped(ending(running.timer, 'moved'))
  running.owner = owner
}

export const ending = (timer: Timer, reason: TimerStopped['reason']): TimerStopped => ({
  type: 'timer.stopped',
  session: timer.session,
  patient: timer.patient,
  until: untilOf(timer),
  workedMs: Math.floor(timer.provenMs),
  reason,
})
