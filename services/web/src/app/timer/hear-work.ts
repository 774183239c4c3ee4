import type { TimerRunning, TimerStopped, WorkMessage } from '@cufflink/contracts'
import type { WorkShown } from './work.ts'
import type { WorkState } from './work-state.ts'
import { isSame, lostEnding, presentAtMs, provenMs, show, withoutTimer } from './work-state.ts'

/** How long after a refusal that may pass the timer is asked for again. */
const againMs = 5_000
const passing = new Set(['VIEWS_UNAVAILABLE', 'LEDGER_UNAVAILABLE', 'LEDGER_CLOSED', 'WAIT_EXPIRED'])

/** The state after a word of the server. */
export const hear = (state: WorkState, message: WorkMessage, atMs: number): WorkState => {
  switch (message.type) {
    case 'hello': {
      const { now, clockRate: rate, heartbeatMs, warnMs, idleMs, longCallMs } = message
      const fresh = { limits: { heartbeatMs, warnMs, idleMs }, saidAtMs: Number.NEGATIVE_INFINITY }
      return show({ ...state, ...fresh }, { link: 'live', longCallMs, clock: { now, atMs, rate } })
    }
    case 'timer':
      return running(state, message, atMs)
    case 'timer.stopped':
      return stopped(state, message)
    case 'timer.warning':
      return message.session === state.shown.timer?.session
        ? show(state, { stopsAtMs: atMs + message.stopsInMs, frozenMs: provenMs(state) })
        : state
    case 'presence.due':
      return state // what is due is settled after every event
    case 'day':
      return show(state, { daySeconds: message.seconds })
    case 'refused':
      return refused(state, message, atMs)
  }
}

const running = (state: WorkState, timer: TimerRunning, atMs: number): WorkState => {
  // Of a session that was left, and of one that runs elsewhere, there is nothing to show.
  if (timer.session === state.leftTimer || !timer.here) return state
  const { shown } = state
  const isKnown = shown.timer?.session === timer.session
  // Told late it seems to have begun late: the earliest that was ever told is the nearest to the truth.
  const beganAtMs = atMs - timer.atMs
  const zeroAtMs = isKnown ? Math.min(shown.zeroAtMs ?? beganAtMs, beganAtMs) : beganAtMs
  const after = isKnown ? shown.wentOnAfter : awayOf(shown.ended, timer)
  const answered = state.starting !== undefined && isSame(state.starting.work, timer)
  return {
    ...show(state, {
      timer,
      zeroAtMs,
      ...(isKnown ? stillness(state, atMs) : moving),
      ended: undefined,
      wentOnAfter: after,
      refused: undefined,
    }),
    isOwner: true,
    starting: answered ? undefined : state.starting,
    ...(!isKnown && { provenAtMs: zeroAtMs + timer.workedMs, saidAtMs: atMs, stirred: false }),
  }
}

const moving = { frozenMs: undefined, stopsAtMs: undefined } as const

/** That the server still counts is no sign of the person: a warning stands until they move. */
const stillness = (state: WorkState, atMs: number): Pick<WorkShown, 'frozenMs' | 'stopsAtMs'> => {
  const { limits, shown } = state
  const presentMs = presentAtMs(state, atMs)
  if (atMs - presentMs < limits.warnMs) return moving
  return { frozenMs: provenMs(state), stopsAtMs: shown.stopsAtMs ?? presentMs + limits.idleMs }
}

const awayOf = (ended: TimerStopped | undefined, { patient }: TimerRunning): TimerStopped | undefined =>
  ended?.patient === patient && (ended.reason === 'idle' || ended.reason === 'lost') ? ended : undefined

const stopped = (state: WorkState, ending: TimerStopped): WorkState => {
  const { timer } = state.shown
  if (timer === undefined) return ending.session === state.leftTimer ? show(state, { ended: ending }) : state
  if (timer.session !== ending.session) return state
  // Its successor is asked for already.
  if (state.starting !== undefined) return withoutTimer(state)
  return over(state, ending)
}

/** The timer has ended without having been stopped here. Unless it is wanted elsewhere, it begins again when someone moves. */
const over = (state: WorkState, ending: TimerStopped): WorkState => {
  const { chart } = state
  const comesBack = ending.reason === 'idle' || ending.reason === 'lost' || ending.reason === 'signed-out'
  const when = chart?.byItself && comesBack ? 'active' : 'never'
  return {
    ...withoutTimer(state, ending),
    want: undefined,
    chart: chart && { ...chart, plan: { when } },
  }
}

type Refusal = Extract<WorkMessage, { type: 'refused' }>

const refused = (state: WorkState, { request, code, message }: Refusal, atMs: number): WorkState => {
  const { chart, shown } = state
  if (request === state.starting?.request) {
    const isPassing = chart?.byItself === true && passing.has(code)
    const plan = isPassing ? ({ when: 'at', atMs: atMs + againMs } as const) : ({ when: 'never' } as const)
    const refusedWork = { starting: undefined, want: undefined, stopping: 'stopped' } as const
    return show({ ...state, ...refusedWork, chart: chart && { ...chart, plan } }, { refused: message })
  }
  if (request !== state.resuming) return show(state, { refused: message })
  // Whatever else is refused of a resumption may pass: the next heartbeat asks again.
  if (code !== 'TIMER_LOST' || shown.timer === undefined) return state
  return over(state, lostEnding(state, shown.timer))
}
