import type { Chart } from '@cufflink/contracts'
import type { LiveEvent } from '../live/channel.ts'
import type { Loss } from '../live/loss.ts'

type Heard = { readonly chart: Chart; readonly heardMs: number }

/** Each message is the whole chart, so the latest one is the state. */
export type ChartState =
  | { readonly phase: 'connecting'; readonly loss?: Loss }
  | ({ readonly phase: 'live' } & Heard)
  | ({ readonly phase: 'stale'; readonly loss: Loss } & Heard)

export const initialChart: ChartState = { phase: 'connecting' }

export const evolveChart = (state: ChartState, event: LiveEvent<Chart>): ChartState => {
  if (event.type === 'message') return { phase: 'live', chart: event.message, heardMs: event.atMs }
  const { loss } = event
  if (state.phase === 'connecting') return { phase: 'connecting', loss }
  return { phase: 'stale', loss, chart: state.chart, heardMs: state.heardMs }
}
