import type { OpsReport } from '@cufflink/contracts'
import type { LiveEvent } from './channel.ts'
import type { Loss } from './loss.ts'

/** Messages per second of each gateway, by its name, as of an instant of this computer's clock. */
export type Sample = { readonly atMs: number; readonly perSecond: ReadonlyMap<string, number> }

type Received = {
  readonly report: OpsReport
  readonly lastMessageMs: number
  readonly samples: readonly Sample[]
}

export type OpsState =
  | { readonly phase: 'connecting'; readonly loss?: Loss }
  | ({ readonly phase: 'live' } & Received)
  | ({ readonly phase: 'stale'; readonly loss: Loss } & Received)

export const initialOps: OpsState = { phase: 'connecting' }

/** How far back the page remembers. */
export const windowMs = 60_000

export const evolveOps = (state: OpsState, event: LiveEvent<OpsReport>): OpsState => {
  if (event.type === 'lost') return lost(state, event.loss)
  const { message: report, atMs } = event
  const known = state.phase === 'connecting' ? [] : state.samples
  const kept = known.filter((sample) => atMs - sample.atMs <= windowMs && sample.atMs <= atMs)
  return { phase: 'live', report, lastMessageMs: atMs, samples: [...kept, sampleOf(report, atMs)] }
}

const lost = (state: OpsState, loss: Loss): OpsState => {
  if (state.phase === 'connecting') return { phase: 'connecting', loss }
  const { report, lastMessageMs, samples } = state
  return { phase: 'stale', loss, report, lastMessageMs, samples }
}

const sampleOf = (report: OpsReport, atMs: number): Sample => ({
  atMs,
  perSecond: new Map(report.gateways.map((gateway) => [gateway.name, gateway.perSecond])),
})
