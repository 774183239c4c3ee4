import type { PracticeSettings, Program, TimerRunning, TimerStopped } from '@cufflink/contracts'
import { createContext, useContext } from 'react'
import type { Clock } from '../../ui/time/clock.ts'

/** The patient the time is for, and as what. */
export type WorkOn = { readonly patient: string; readonly program: Program; readonly category: string }
export type ChartOnScreen = WorkOn & Pick<PracticeSettings, 'timerStart' | 'startDelayS'>

/**
 * The person's own timer, as the server tells it. Instants that end in `Ms` are of this page's stopwatch (`performance.now`), never of
 * a clock that someone can set; those of `ended` are the practice's.
 */
export type WorkShown = {
  /** `connecting` before the first word, `live`, or `lost`: meanwhile nothing is counted after a while. */
  readonly link: 'connecting' | 'live' | 'lost'
  readonly timer: TimerRunning | undefined
  /** The stopwatch when the timer began. */
  readonly zeroAtMs: number | undefined
  /** What is proven, while that is not known to grow: no one moves, or there is no connection. */
  readonly frozenMs: number | undefined
  /** The timer stops then unless someone moves. */
  readonly stopsAtMs: number | undefined
  /** How the last timer ended, until another starts. */
  readonly ended: TimerStopped | undefined
  /** What the running timer goes on after: it had stopped because no one was there. */
  readonly wentOnAfter: TimerStopped | undefined
  /** The chart that is open here. */
  readonly on: WorkOn | undefined
  /** Seconds of the person's own date so far, as saved. */
  readonly daySeconds: number | undefined
  /** What was refused last: a sentence for people. */
  readonly refused: string | undefined
  /** So long a conversation is taken for one without any sign of the person; then they are asked. */
  readonly longCallMs: number
  /** The practice's clock; its `atMs` is of the stopwatch. */
  readonly clock: Clock | undefined
}

export type Work = WorkShown & {
  start(patient: string, program: WorkOn['program'], category: string): void
  stop(reason: 'stopped' | 'left'): void
  /** A conversation begins or ends: while it goes on its person is there. */
  call(goesOn: boolean): void
  /** A chart is on the screen, or shows another program or category; nothing when it was left. */
  show(chart: ChartOnScreen | undefined): void
}

export const WorkContext = createContext<Work | undefined>(undefined)

/** Only for clinicians: `undefined` for everybody else. */
export const useWork = (): Work | undefined => useContext(WorkContext)

/** What the timer shows: what will be counted if the person is there now. It stands still while that is in doubt. */
export const workedMs = ({ timer, zeroAtMs, frozenMs }: WorkShown, nowMs: number): number => {
  if (timer === undefined || zeroAtMs === undefined) return 0
  return frozenMs ?? Math.max(timer.workedMs, nowMs - zeroAtMs)
}
