import { failure } from '@cufflink/contracts'
import { networkOf } from '@cufflink/runtime'
import { createRateSketch, type Rate, type RateCounter } from './rate-sketch.ts'

/** Wrong passwords for a name from one place, for a name from all places it never signed in at, and from one address. */
const perPlace: Rate = { max: 10, perMs: 600_000 }
const perName: Rate = { max: 60, perMs: 3_600_000 }
const perAddress: Rate = { max: 100, perMs: 60_000 }

/** Someone who says a password: for which name, and from where. */
export type Claimant = {
  readonly name: string
  readonly address: string
  /** Names the browser that the person signed in with before, or the session that is going on. Absent, it is a stranger. */
  readonly knownAs?: string
}

export type PasswordLimits = {
  /**
   * Carries out a check of a password, unless too many were wrong. It counts as wrong before it is checked, so that many at once
   * are no way around, and no longer when it was right or could not be checked.
   * @throws {CufflinkError} SIGN_IN_THROTTLED with the seconds to wait · what `check` throws
   */
  guard(claimant: Claimant, check: () => Promise<boolean>): Promise<boolean>
}

/**
 * How often a password may be wrong. Strangers are limited by name and address together, by name alone, so that a guesser with many
 * addresses gets no further, and by address alone. A browser that the person signed in with before is counted by itself: so no
 * stranger who guesses at a name locks its owner out.
 */
export function createPasswordLimits(stopwatch: () => number): PasswordLimits {
  const sketch = (rate: Rate) => createRateSketch({ ...rate, stopwatch })
  const [places, names, addresses] = [sketch(perPlace), sketch(perName), sketch(perAddress)]

  const countersOf = ({ name, address, knownAs }: Claimant): readonly RateCounter[] =>
    knownAs === undefined
      ? [
          addresses.counter(networkOf(address)),
          places.counter(`${name} ${networkOf(address)}`),
          names.counter(name),
        ]
      : [places.counter(`${name} ${knownAs}`)]

  return {
    async guard(claimant, check) {
      const counters = countersOf(claimant)
      const waitMs = Math.max(...counters.map((counter) => counter.waitMs()))
      if (waitMs > 0) throw failure('SIGN_IN_THROTTLED', { retryAfterS: Math.ceil(waitMs / 1000) })
      for (const counter of counters) counter.count()
      const takeBack = (): void => {
        for (const counter of counters) counter.uncount()
      }
      try {
        const right = await check()
        if (right) takeBack()
        return right
      } catch (error) {
        takeBack()
        throw error
      }
    },
  }
}
