import { type Static, Type } from 'typebox'

/** What time it is for readings, counts and pages. Only the demo's runs at another rate than the wall's. */
export type Clock = {
  /** ms since 1970. */
  now(): number
  /** How much faster than the wall's it runs. */
  readonly rate: number
}

/** The variables of the clock, the same for every service of a demo; part of the configuration of those that tell time. */
export const clockVariables = {
  CLOCK_RATE: Type.Number({
    default: 1,
    minimum: 1,
    maximum: 100_000,
    description: "For demos: how much faster than the wall's the clock runs",
  }),
  CLOCK_ORIGIN_MS: Type.Integer({
    default: 0,
    minimum: 0,
    unit: 'ms since 1970',
    description: 'For demos: the instant at which it began to run faster',
  }),
}

const Settings = Type.Object(clockVariables)

export function createClock(
  { CLOCK_RATE: rate, CLOCK_ORIGIN_MS: origin }: Static<typeof Settings>,
  wall: () => number = Date.now,
): Clock {
  return { rate, now: rate === 1 ? wall : () => Math.round(origin + (wall() - origin) * rate) }
}
