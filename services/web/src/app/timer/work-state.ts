import type { TimerRunning, TimerStopped, WorkMessage, WorkRequest } from '@cufflink/contracts'
import type { ChartOnScreen, WorkOn, WorkShown } from './work.ts'

/** When the timer of the open chart begins by itself: then, if someone is there · as soon as someone moves · not. */
export type Plan = { readonly when: 'at'; readonly atMs: number } | { readonly when: 'active' | 'never' }

export type OpenChart = WorkOn & { readonly byItself: boolean; readonly plan: Plan }

/** What the server allows: it is told first. */
export type Limits = { readonly heartbeatMs: number; readonly warnMs: number; readonly idleMs: number }

/** Everything that decides what is sent and shown. Instants are of the page's stopwatch. */
export type WorkState = {
  readonly shown: WorkShown
  readonly limits: Limits
  readonly chart: OpenChart | undefined
  /** What the person works on, as far as this page knows. The timer is made to follow it. */
  readonly want: WorkOn | undefined
  /** Why, when the timer stops because nothing is wanted any more. */
  readonly stopping: 'stopped' | 'left'
  /** Whether the page is looked at. */
  readonly visible: boolean
  /** Whether this very connection owns the timer. */
  readonly isOwner: boolean
  readonly starting: { readonly request: number; readonly work: WorkOn } | undefined
  /** The request of the last resumption. */
  readonly resuming: number | undefined
  /** The timer that was told to stop: what is still said of it comes too late. */
  readonly leftTimer: string | undefined
  /** When the person last moved; when the server was last told, and when its last message came. */
  readonly activeAtMs: number
  readonly saidAtMs: number
  readonly lastMessageAtMs: number
  /** Up to when presence was told. */
  readonly provenAtMs: number
  /** Since when the person is on the phone, or with the patient: a conversation is presence, with hands off the mouse too. */
  readonly callSinceMs: number | undefined
  /** Someone moved after a long stillness: that is told at once. */
  readonly stirred: boolean
  readonly requests: number
  /** What is to be sent because of the last event. */
  readonly outbox: readonly WorkRequest[]
}

/** What can happen; the instant is added by the code that holds the stopwatch. */
export type Happening =
  | { readonly type: 'message'; readonly message: WorkMessage }
  | { readonly type: 'lost' | 'tick' | 'leave' | 'return' }
  | { readonly type: 'active'; readonly activeAtMs: number }
  | { readonly type: 'seen'; readonly visible: boolean }
  | { readonly type: 'call'; readonly goesOn: boolean }
  | { readonly type: 'chart'; readonly chart: ChartOnScreen | undefined }
  | { readonly type: 'start'; readonly work: WorkOn }
  | { readonly type: 'stop'; readonly reason: 'stopped' | 'left' }
export type WorkEvent = Happening & { readonly atMs: number }

/** To have opened the page is the first sign of the person. */
export const initialWork: WorkState = {
  shown: {
    link: 'connecting',
    timer: undefined,
    zeroAtMs: undefined,
    frozenMs: undefined,
    stopsAtMs: undefined,
    ended: undefined,
    wentOnAfter: undefined,
    on: undefined,
    daySeconds: undefined,
    refused: undefined,
    longCallMs: 3_600_000,
    clock: undefined,
  },
  limits: { heartbeatMs: 4_000, warnMs: 90_000, idleMs: 120_000 },
  chart: undefined,
  want: undefined,
  stopping: 'left',
  visible: true,
  isOwner: false,
  starting: undefined,
  resuming: undefined,
  leftTimer: undefined,
  activeAtMs: 0,
  saidAtMs: Number.NEGATIVE_INFINITY,
  lastMessageAtMs: 0,
  provenAtMs: 0,
  callSinceMs: undefined,
  stirred: false,
  requests: 0,
  outbox: [],
}

/** When the person was last there: they moved, or a conversation goes on that is not too long to be believed. */
export const presentAtMs = ({ activeAtMs, callSinceMs, shown }: WorkState, atMs: number): number =>
  callSinceMs === undefined
    ? activeAtMs
    : Math.max(activeAtMs, Math.min(atMs, Math.max(activeAtMs, callSinceMs) + shown.longCallMs))

export const isSame = (a: WorkOn, b: WorkOn): boolean =>
  a.patient === b.patient && a.program === b.program && a.category === b.category

export const show = (state: WorkState, changes: Partial<WorkShown>): WorkState => ({
  ...state,
  shown: { ...state.shown, ...changes },
})

/** What of a timer is proven, by what was told to the server. */
export const provenMs = ({ shown: { timer, zeroAtMs }, provenAtMs }: WorkState): number | undefined =>
  timer === undefined || zeroAtMs === undefined
    ? undefined
    : Math.max(timer.workedMs, Math.round(provenAtMs - zeroAtMs))

/** Without a timer; `ended` says how it went. */
export const withoutTimer = (state: WorkState, ended?: TimerStopped): WorkState => ({
  ...show(state, {
    timer: undefined,
    zeroAtMs: undefined,
    frozenMs: undefined,
    stopsAtMs: undefined,
    wentOnAfter: undefined,
    ...(ended && { ended }),
  }),
  isOwner: false,
  stirred: false,
})

/** The end of a timer of which the server says no more than that it is lost. */
export const lostEnding = (state: WorkState, timer: TimerRunning): TimerStopped => {
  const worked = provenMs(state) ?? timer.workedMs
  const { session, patient, startedAt } = timer
  return {
    type: 'timer.stopped',
    session,
    patient,
    until: startedAt + worked,
    workedMs: worked,
    reason: 'lost',
  }
}
