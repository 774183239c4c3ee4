/** A point of a sparkline: `atMs` on this computer's clock. */
export type Point = { readonly atMs: number; readonly value: number }
export type Frame = {
  readonly width: number
  readonly height: number
  readonly endMs: number
  readonly windowMs: number
  readonly peak: number
}

/** Samples further apart than this were not measured in between, and no line joins them. */
const gapMs = 2_500

const round = (value: number): number => Math.round(value * 10) / 10

/** The line through the points as SVG path data, the newest at the right edge. */
export const sparkPath = (points: readonly Point[], frame: Frame): string => {
  const { width, height, endMs, windowMs, peak } = frame
  const place = ({ atMs, value }: Point) =>
    `${round(width - ((endMs - atMs) / windowMs) * width)} ${round(height - (value / Math.max(peak, 1)) * height)}`
  return points
    .map((point, index) => {
      const before = points[index - 1]
      const joins = before !== undefined && point.atMs - before.atMs <= gapMs
      return `${joins ? 'L' : 'M'}${place(point)}`
    })
    .join('')
}
