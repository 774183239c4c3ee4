import type { Chart, Pong } from '@cufflink/contracts'
import type { LiveEvent } from '../app/live/channel.ts'
import type { Loss } from '../app/live/loss.ts'

type Received = { readonly chart: Chart; readonly lastMessageMs: number }

export type ChartMessage = Chart | Pong

/** Each message is the whole chart, so the latest one is the state; or says that it still is. */
export type ChartState =
  | { readonly phase: 'connecting'; readonly loss?: Loss }
  | ({ readonly phase: 'live' } & Received)
  | ({ readonly phase: 'stale'; readonly loss: Loss } & Received)

export const initialChart: ChartState = { phase: 'connecting' }

export const evolveChart = (state: ChartState, event: LiveEvent<ChartMessage>): ChartState => {
  if (event.type === 'message') {
    const { message, atMs: lastMessageMs } = event
    return message.type === 'pong'
      ? alive(state, message, lastMessageMs)
      : { phase: 'live', chart: message, lastMessageMs }
  }
  const { loss } = event
  if (state.phase === 'connecting') return { phase: 'connecting', loss }
  return { phase: 'stale', loss, chart: state.chart, lastMessageMs: state.lastMessageMs }
}

/** Of another version, the line is not believed: it is left, and the next one begins with the chart. */
const alive = (state: ChartState, { version, now }: Pong, lastMessageMs: number): ChartState =>
  state.phase === 'live' && state.chart.version === version
    ? { phase: 'live', chart: { ...state.chart, now }, lastMessageMs }
    : state
