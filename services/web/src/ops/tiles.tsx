import type { OpsReport } from '@cufflink/contracts'
import type { ReactNode } from 'react'
import type { Sample } from '../app/live/ops-state.ts'
import { Count, Rate } from '../ui/number.tsx'
import type { Point } from './spark-path.ts'
import { Sparkline } from './sparkline.tsx'
import { totalLag, totalOf, totalPoints } from './totals.ts'

type TilesProps = { report: OpsReport; samples: readonly Sample[]; lastMessageMs: number }

/** The sums over all gateways and partitions. */
export const Tiles = ({ report, samples, lastMessageMs }: TilesProps) => {
  const { gateways, partitions } = report
  const points = totalPoints(samples)
  return (
    <dl className="tiles">
      <Tile
        name="Messages a second"
        note={
          <>
            peak <Count value={peakOf(points)} /> in the last 60 s
          </>
        }
        wide
      >
        <Rate value={totalOf(gateways, 'perSecond')} testId="ops-per-second" />
        <Sparkline points={points} endMs={lastMessageMs} label="Messages a second" />
      </Tile>
      <Tile name="Acknowledged" note="in the ledger, device told">
        <Count value={totalOf(gateways, 'acknowledged')} testId="ops-acknowledged" />
      </Tile>
      <Tile
        name="Refused"
        note={
          <>
            set aside; <Count value={totalOf(gateways, 'notKept')} /> beyond what is kept of a device
          </>
        }
      >
        <Count value={totalOf(gateways, 'refused')} testId="ops-refused" />
      </Tile>
      <Tile name="Parked" note="no patient yet">
        <Count value={totalOf(gateways, 'parked')} testId="ops-parked" />
      </Tile>
      <Tile name="Lag" note="facts not yet in the views">
        <Count value={totalLag(partitions)} testId="ops-lag" />
      </Tile>
    </dl>
  )
}

const peakOf = (points: readonly Point[]): number => Math.max(0, ...points.map(({ value }) => value))

type TileProps = { name: string; note?: ReactNode; wide?: boolean; children: ReactNode }

const Tile = ({ name, note, wide = false, children }: TileProps) => (
  <div className="tile" data-wide={wide}>
    <dt>{name}</dt>
    <dd className="tile-value">{children}</dd>
    {note === undefined ? null : <dd className="tile-note">{note}</dd>}
  </div>
)
