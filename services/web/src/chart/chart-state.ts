import type { Chart, Pong } from '@cufflink/contracts'
import type { LiveEvent } from '../app/live/channel.ts'
import type { Loss } from '../app/live/loss.ts'

type Heard = { readonly chart: Chart; readonly heardMs: number }

export type ChartMessage = Chart | Pong

/** Each message is the whole chart, so the latest one is the state; or says that it still is. */
export type ChartState =
  | { readonly phase: 'connecting'; readonly loss?: Loss }
  | ({ readonly phase: 'live' } & Heard)
  | ({ readonly phase: 'stale'; readonly loss: Loss } & Heard)

export const initialChart: ChartState = { phase: 'connecting' }

export const evolveChart = (state: ChartState, event: LiveEvent<ChartMessage>): ChartState => {
  if (event.type === 'message') {
    const { message, atMs: heardMs } = event
    return message.type === 'pong'
      ? alive(state, message, heardMs)
      : { phase: 'live', chart: message, heardMs }
  }
  const { loss } = event
  if (state.phase === 'connecting') return { phase: 'connecting', loss }
  return { phase: 'stale', loss, chart: state.chart, heardMs: state.heardMs }
}

/** Of another version, the line is not believed: it is left, and the next one begins with the chart. */
const alive = (state: ChartState, { version, now }: Pong, heardMs: number): ChartState =>
  state.phase === 'live' && state.chart.version === version
    ? { phase: 'live', chart: { ...state.chart, now }, heardMs }
    : state
