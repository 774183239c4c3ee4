import { windowMs } from '../app/live/ops-state.ts'
import type { Point } from './spark-path.ts'
import { sparkPath } from './spark-path.ts'

const width = 120
const height = 28

type SparklineProps = { points: readonly Point[]; endMs: number; label: string }

/** The last minute of a rate; its top is the highest rate in it. */
export const Sparkline = ({ points, endMs, label }: SparklineProps) => {
  const peak = Math.max(0, ...points.map(({ value }) => value))
  const line = sparkPath(points, { width, height, endMs, windowMs, peak })
  return (
    <svg
      className="sparkline"
      viewBox={`0 -2 ${width} ${height + 4}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={`${label}, last 60 seconds: peak ${Math.round(peak)} per second`}
    >
      <line x1="0" x2={width} y1={height} y2={height} className="spark-base" />
      <path d={line} className="spark-line" />
    </svg>
  )
}
