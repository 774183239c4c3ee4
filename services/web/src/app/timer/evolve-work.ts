import { hear } from './hear-work.ts'
import { settle } from './settle-work.ts'
import type { ChartOnScreen, WorkOn } from './work.ts'
import type { OpenChart, Plan, WorkEvent, WorkState } from './work-state.ts'
import { presentAtMs, provenMs, show } from './work-state.ts'

/** The state after an event; its `outbox` is what the server must be told because of it. Pure: time comes with the event. */
export const evolveWork = (state: WorkState, event: WorkEvent): WorkState =>
  settle(changed({ ...state, outbox: [] }, event), event.atMs)

const changed = (state: WorkState, event: WorkEvent): WorkState => {
  const { atMs } = event
  switch (event.type) {
    case 'message':
      return hear({ ...state, lastMessageAtMs: atMs }, event.message, atMs)
    case 'lost':
      return lost(state, atMs)
    case 'active':
      return active(state, event.activeAtMs)
    case 'call':
      return { ...state, activeAtMs: presentAtMs(state, atMs), callSinceMs: event.goesOn ? atMs : undefined }
    case 'seen':
      return { ...state, visible: event.visible }
    case 'chart':
      return event.chart === undefined ? closed(state) : opened(state, event.chart, atMs)
    case 'start':
      return started(show({ ...state, activeAtMs: atMs }, { refused: undefined }), event.work, atMs)
    case 'stop':
      return unwanted(state, event.reason)
    case 'leave':
      return unwanted(state, 'left')
    case 'return':
      return state.chart?.byItself ? planned(state, { when: 'at', atMs }) : state
    case 'tick':
      return state
  }
}

const planned = (state: WorkState, plan: Plan): WorkState =>
  state.chart === undefined ? state : { ...state, chart: { ...state.chart, plan } }

/** What was under way is asked for again when there is a connection, if someone is there then. */
const lost = (state: WorkState, atMs: number): WorkState => {
  const gone = { isOwner: false, starting: undefined, leftTimer: undefined } as const
  const away = show({ ...state, ...gone }, { link: 'lost' })
  if (away.shown.timer !== undefined) return show(away, { frozenMs: provenMs(state), stopsAtMs: undefined })
  return state.want === undefined ? away : { ...planned(away, { when: 'at', atMs }), want: undefined }
}

/** The person moved. What stood still goes on: the server is about to hear of it. */
const active = (state: WorkState, activeAtMs: number): WorkState => {
  const stillMs = activeAtMs - state.activeAtMs
  if (stillMs <= 0) return state
  const stirred = state.stirred || stillMs >= state.limits.warnMs / 2
  const moved = { ...state, activeAtMs, stirred }
  if (state.shown.stopsAtMs === undefined || !state.isOwner) return moved
  return show(moved, { stopsAtMs: undefined, frozenMs: undefined })
}

const opened = (state: WorkState, chart: ChartOnScreen, atMs: number): WorkState => {
  const { patient, program, category, timerStart, startDelayS } = chart
  const on = { patient, program, category }
  const byItself = timerStart !== 'by-hand'
  const known = state.chart
  if (known?.patient === patient) {
    const want = state.want?.patient === patient ? on : state.want
    return show({ ...state, chart: { ...known, ...on, byItself }, want }, { on })
  }
  const delayMs = timerStart === 'delayed' ? startDelayS * 1_000 : 0
  const plan: Plan = byItself ? { when: 'at', atMs: atMs + delayMs } : { when: 'never' }
  const fresh: OpenChart = { ...on, byItself, plan }
  return show({ ...closed(state), chart: fresh }, { on, refused: undefined })
}

const closed = (state: WorkState): WorkState =>
  show(
    { ...unwanted(state, 'left'), chart: undefined },
    { on: undefined, ended: undefined, refused: undefined },
  )

const started = (state: WorkState, work: WorkOn, atMs: number): WorkState =>
  state.chart?.patient === work.patient
    ? { ...state, chart: { ...state.chart, ...work, plan: { when: 'at', atMs } } }
    : { ...state, want: work }

const unwanted = (state: WorkState, stopping: WorkState['stopping']): WorkState => ({
  ...planned(state, { when: 'never' }),
  want: undefined,
  stopping,
})
