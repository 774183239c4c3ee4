import type { GatewayStatus, PartitionLag } from '@cufflink/contracts'
import type { Sample } from '../app/live/ops-state.ts'
import type { Point } from './spark-path.ts'

type Counted =
  | 'perSecond'
  | 'connections'
  | 'received'
  | 'acknowledged'
  | 'refused'
  | 'notKept'
  | 'parked'
  | 'inFlight'

export const totalOf = (gateways: readonly GatewayStatus[], counted: Counted): number =>
  gateways.reduce((sum, gateway) => sum + gateway[counted], 0)

/** Of the partitions that are behind: one that is ahead of its ledger takes nothing away from another's lag. */
export const totalLag = (partitions: readonly PartitionLag[]): number =>
  partitions.reduce((sum, { lag }) => sum + Math.max(0, lag), 0)

/** One gateway's rate over time; a gateway that was not reported has no point. */
export const pointsOf = (samples: readonly Sample[], gateway: string): readonly Point[] =>
  samples.flatMap(({ atMs, perSecond }) => {
    const value = perSecond.get(gateway)
    return value === undefined ? [] : [{ atMs, value }]
  })

/** The rate of all gateways together over time. */
export const totalPoints = (samples: readonly Sample[]): readonly Point[] =>
  samples.map(({ atMs, perSecond }) => ({
    atMs,
    value: [...perSecond.values()].reduce((sum, value) => sum + value, 0),
  }))
