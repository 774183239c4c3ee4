import type { TimerRunning, TimerStopped, WorkMessage, WorkRequest } from '@cufflink/contracts'
import { evolveWork } from '../../../src/app/timer/evolve-work.ts'
import { dueAtMs } from '../../../src/app/timer/settle-work.ts'
import type { ChartOnScreen } from '../../../src/app/timer/work.ts'
import type { Happening, WorkState } from '../../../src/app/timer/work-state.ts'
import { initialWork } from '../../../src/app/timer/work-state.ts'

export const serverMs = Date.UTC(2026, 2, 4, 15)

export const chart = (patient: string, more: Partial<ChartOnScreen> = {}): ChartOnScreen => ({
  patient,
  program: 'RPM',
  category: 'review',
  timerStart: 'automatic',
  startDelayS: 5,
  ...more,
})

export const hello: Extract<WorkMessage, { type: 'hello' }> = {
  type: 'hello',
  now: serverMs,
  clockRate: 1,
  heartbeatMs: 4_000,
  warnMs: 90_000,
  idleMs: 120_000,
  longCallMs: 3_600_000,
}

export const running = (patient: string, more: Partial<TimerRunning> = {}): TimerRunning => ({
  type: 'timer',
  session: `s-${patient}`,
  patient,
  patientName: `Patient ${patient}`,
  program: 'RPM',
  category: 'review',
  startedAt: serverMs,
  workedMs: 0,
  atMs: 0,
  here: true,
  saved: false,
  ...more,
})

export const ending = (patient: string, reason: TimerStopped['reason'], workedMs = 0): TimerStopped => ({
  type: 'timer.stopped',
  session: `s-${patient}`,
  patient,
  until: serverMs + workedMs,
  workedMs,
  reason,
})

/** The machine on a stopwatch of its own: what is due while time passes happens when it is due. */
export const bench = () => {
  let state: WorkState = initialWork
  let nowMs = 1_000
  let sent: WorkRequest[] = []

  const step = (happening: Happening): void => {
    state = evolveWork(state, { ...happening, atMs: nowMs })
    sent.push(...state.outbox)
  }
  const pass = (ms: number): void => {
    const endMs = nowMs + ms
    for (let due = dueAtMs(state); due !== undefined && due <= endMs; due = dueAtMs(state)) {
      if (due < nowMs) throw new Error(`was due at ${due}, and a tick did not settle it`)
      nowMs = due
      step({ type: 'tick' })
    }
    nowMs = endMs
  }
  return {
    get shown() {
      return state.shown
    },
    get nowMs() {
      return nowMs
    },
    runs: (): boolean => state.shown.timer !== undefined,
    step,
    pass,
    /** Time passes and no timer of the page fires: no one looks at it. */
    holds: (ms: number) => void (nowMs += ms),
    hears: (message: WorkMessage) => step({ type: 'message', message }),
    moves: () => step({ type: 'active', activeAtMs: nowMs }),
    opens: (open: ChartOnScreen | undefined) => step({ type: 'chart', chart: open }),
    /** What was sent since this was last asked. */
    said: (): WorkRequest[] => {
      const said = sent
      sent = []
      return said
    },
  }
}

/** A chart that was opened with a connection, and whose timer runs. */
export const atWork = (patient: string, more: Partial<ChartOnScreen> = {}) => {
  const made = bench()
  made.hears(hello)
  made.moves()
  made.opens(chart(patient, more))
  made.hears(running(patient))
  made.said()
  return made
}
