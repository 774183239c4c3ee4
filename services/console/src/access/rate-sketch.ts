import { createHmac, randomBytes } from 'node:crypto'

const ROWS = 4
const CELLS = 65_536

/** So many at once, and from then on as many again over `perMs`, evenly. */
export type Rate = { readonly max: number; readonly perMs: number }

/** Counts against a rate for any number of names, in memory of a fixed size (2 MB). */
export type RateSketch = { counter(name: string): RateCounter }

export type RateCounter = {
  readonly name: string
  /** How many count at this moment, with fractions: at most `max`. */
  counted(): number
  /** How long the name must wait before one more, ms; 0 when it need not. */
  waitMs(): number
  count(): void
  /** Takes back one that was counted. */
  uncount(): void
}

export type RateSketchOptions = Rate & {
  /** Ms that only go forward. */
  readonly stopwatch: () => number
}

/**
 * A count-min sketch (Cormode and Muthukrishnan 2005) of the generic cell rate algorithm (ITU-T I.371): each cell holds the instant
 * until which what was counted lasts. A name has one cell in each row, and the smallest of them speaks for it. So a flood of names
 * pushes no name's count out, as it would from a table of limited size; it could only raise others', by filling four rows of cells.
 */
export function createRateSketch({ max, perMs, stopwatch }: RateSketchOptions): RateSketch {
  const intervalMs = perMs / max
  const cells = new Float64Array(ROWS * CELLS)
  /** Keeps others from choosing names that share their cells with somebody's. */
  const key = randomBytes(32)

  return {
    counter(name) {
      const digest = createHmac('sha256', key).update(name).digest()
      const own = Array.from(
        { length: ROWS },
        (_, row) => row * CELLS + (digest.readUInt32LE(row * 4) % CELLS),
      )
      const leftMs = (): number => Math.max(0, Math.min(...own.map((cell) => cells[cell]!)) - stopwatch())
      return {
        name,
        counted: () => leftMs() / intervalMs,
        waitMs: () => Math.max(0, leftMs() + intervalMs - perMs),
        count() {
          const now = stopwatch()
          for (const cell of own)
            cells[cell] = Math.min(Math.max(cells[cell]!, now) + intervalMs, now + perMs)
        },
        uncount() {
          for (const cell of own) cells[cell]! -= intervalMs
        },
      }
    },
  }
}
