import type { WorkRequest } from '@cufflink/contracts'
import type { WorkOn } from './work.ts'
import type { WorkState } from './work-state.ts'
import { isSame, presentAtMs, withoutTimer } from './work-state.ts'

/** Between two prompt signs of presence. */
const promptMs = 1_000
const dayMs = 86_400_000

type Step = (state: WorkState, atMs: number) => WorkState

/** What follows from a state at an instant, step by step: begin what is due, start or stop the timer, prove presence. */
export const settle: Step = (state, atMs) =>
  [begin, follow, prove].reduce((settled, step) => step(settled, atMs), state)

const begin: Step = (state, atMs) => {
  const { chart, limits } = state
  if (chart === undefined || state.shown.link !== 'live' || !state.visible) return state
  const { plan, byItself: _, ...work } = chart
  const stillMs = atMs - presentAtMs(state, atMs)
  const began = { ...state, want: work, chart: { ...chart, plan: { when: 'never' } as const } }
  switch (plan.when) {
    case 'never':
      return state
    case 'active':
      return stillMs < limits.heartbeatMs ? began : state
    case 'at':
      if (atMs < plan.atMs) return state
      return stillMs < limits.warnMs ? began : { ...state, chart: { ...chart, plan: { when: 'active' } } }
  }
}

/** Makes the timer follow what is wanted. One start is under way at a time, so that none overtakes another. */
const follow: Step = (state, atMs) => {
  const { want, starting } = state
  const { timer, link } = state.shown
  if (want === undefined) return timer === undefined || starting !== undefined ? state : stop(state, atMs)
  if (link !== 'live' || starting !== undefined || (timer !== undefined && isSame(timer, want))) return state
  return start(state, want)
}

const start = (state: WorkState, work: WorkOn): WorkState => {
  const { patient, program, category } = work
  const request = state.requests + 1
  const message = { type: 'timer.start', request, patient, program, category } as const
  return { ...sent(state, message), requests: request, starting: { request, work } }
}

/** Without a connection the server finds out by itself that no one proves presence. */
const stop: Step = (state, atMs) => {
  const { timer, link } = state.shown
  if (link !== 'live') return withoutTimer(state)
  const request = state.requests + 1
  const told = sent(state, {
    type: 'timer.stop',
    request,
    reason: state.stopping,
    atMs: workedMs(state, atMs),
  })
  return { ...withoutTimer(told), requests: request, leftTimer: timer?.session }
}

/**
 * Presence, each heartbeat. Nothing answers it; a resumption is answered, so that one is sent instead when the connection may be dead,
 * and when the server does not know yet that the timer goes on here.
 */
const prove: Step = (state, atMs) => {
  const { timer, link } = state.shown
  if (timer === undefined || link !== 'live' || atMs < provesAtMs(state)) return state
  const idleMs = Math.min(dayMs, Math.max(0, Math.round(atMs - presentAtMs(state, atMs))))
  const sign = { idleMs, atMs: workedMs(state, atMs) }
  const said = {
    ...state,
    saidAtMs: atMs,
    stirred: false,
    provenAtMs: Math.max(state.provenAtMs, atMs - idleMs),
  }
  if (state.isOwner && atMs - state.lastMessageAtMs < 2 * state.limits.heartbeatMs)
    return sent(said, { type: 'presence', ...sign })
  const request = state.requests + 1
  const resumed = { ...said, requests: request, resuming: request }
  return sent(resumed, { type: 'timer.resume', request, session: timer.session, ...sign })
}

/** How long the timer has run. */
const workedMs = ({ shown: { zeroAtMs } }: WorkState, atMs: number): number =>
  Math.max(0, Math.round(atMs - (zeroAtMs ?? atMs)))

const provesAtMs = ({ saidAtMs, stirred, limits }: WorkState): number =>
  saidAtMs + (stirred ? Math.min(promptMs, limits.heartbeatMs) : limits.heartbeatMs)

const sent = (state: WorkState, message: WorkRequest): WorkState => ({
  ...state,
  outbox: [...state.outbox, message],
})

/** When something is due even if nothing happens; `undefined` when nothing is. */
export const dueAtMs = (state: WorkState): number | undefined => {
  const { chart, shown, visible } = state
  if (shown.link !== 'live') return undefined
  const due = [
    ...(shown.timer === undefined ? [] : [provesAtMs(state)]),
    ...(chart?.plan.when === 'at' && visible ? [chart.plan.atMs] : []),
  ]
  return due.length === 0 ? undefined : Math.min(...due)
}
