/** Random numbers that are the same in every run (mulberry32). */
export function createRandom(seed: number): { unit(): number; beta(a: number, b: number): number } {
  let state = seed
  const unit = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  // whole shapes only: a gamma variable is a sum of exponential ones
  const gamma = (shape: number): number => {
    let sum = 0
    for (let index = 0; index < shape; index += 1) sum -= Math.log(1 - unit())
    return sum
  }
  const beta = (a: number, b: number): number => {
    const x = gamma(a)
    return x / (x + gamma(b))
  }
  return { unit, beta }
}

export type Forecasted = { readonly chance: number; readonly came: boolean }

/** Forecasts in ten classes: what was forecast on average, how often it came, and four standard errors. */
export function calibration(
  forecasts: readonly Forecasted[],
): readonly { forecast: number; observed: number; count: number; tolerance: number }[] {
  const classes = Map.groupBy(forecasts, ({ chance }) => Math.min(9, Math.floor(chance * 10)))
  return [...classes.values()].map((held) => {
    const count = held.length
    const forecast = held.reduce((sum, { chance }) => sum + chance, 0) / count
    const observed = held.filter(({ came }) => came).length / count
    return { forecast, observed, count, tolerance: 4 * Math.sqrt((forecast * (1 - forecast)) / count) + 0.01 }
  })
}

/** The largest gap, in points, between what was forecast and what came, over the classes with enough forecasts to tell. */
export const largestGap = (forecasts: readonly Forecasted[]): number =>
  Math.max(
    ...calibration(forecasts)
      .filter(({ count }) => count >= 1000)
      .map(({ forecast, observed }) => Math.abs(forecast - observed) * 100),
  )
