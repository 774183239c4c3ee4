import { createHmac } from 'node:crypto'

const ROWS = 4
const CELLS = 65_536

/** So many at once, and from then on as many again over `perMs`, evenly. */
export type Rate = { readonly max: number; readonly perMs: number }

/** Counts against a rate for any number of names, in memory of a fixed size (2 MB). */
export type RateSketch = {
  /** How long the name must wait before one more, ms; 0 when it need not. */
  waitMs(name: string): number
  count(name: string): void
  /** Takes back one that was counted. */
  uncount(name: string): void
}

export type RateSketchOptions = Rate & {
  /** Keeps others from choosing names that share their cells with somebody's. */
  readonly key: Buffer
  /** Ms that only go forward. */
  readonly stopwatch: () => number
}

/**
 * A count-min sketch (Cormode and Muthukrishnan 2005) of the generic cell rate algorithm (ITU-T I.371): each cell holds the instant
 * until which what was counted lasts. A name has one cell in each row, and the smallest of them speaks for it. So a flood of names
 * pushes no name's count out, as it would from a table of limited size; it could only raise others', by filling four rows of cells.
 */
export function createRateSketch({ max, perMs, key, stopwatch }: RateSketchOptions): RateSketch {
  const intervalMs = perMs / max
  const cells = new Float64Array(ROWS * CELLS)

  function cellsOf(name: string): number[] {
    const digest = createHmac('sha256', key).update(name).digest()
    return Array.from({ length: ROWS }, (_, row) => row * CELLS + (digest.readUInt32LE(row * 4) % CELLS))
  }

  return {
    waitMs(name) {
      const until = Math.min(...cellsOf(name).map((cell) => cells[cell]!))
      return Math.max(0, until + intervalMs - perMs - stopwatch())
    },
    count(name) {
      const now = stopwatch()
      for (const cell of cellsOf(name)) cells[cell] = Math.max(cells[cell]!, now) + intervalMs
    },
    uncount(name) {
      for (const cell of cellsOf(name)) cells[cell]! -= intervalMs
    },
  }
}
