import { uptime } from 'node:os'
import { type Static, Type } from 'typebox'
import type { Lifecycle } from './lifecycle.ts'
import type { Logger } from './logger.ts'

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
  wall: () => number = wallMs,
): Clock {
  return { rate, now: rate === 1 ? wall : () => Math.round(origin + (wall() - origin) * rate) }
}

/** The machine's own clock, ms since 1970: for instants to remember. What ends or expires is measured by a stopwatch. */
export const wallMs = (): number => Date.now()

/** What a machine tells of time, in ms; of the last two only differences mean anything. */
export type MachineClocks = {
  /** Since 1970; someone may set it. */
  wall(): number
  /** No one can set it. On most machines it stands still while the machine is suspended. */
  monotonic(): number
  /** No one can set it, and it goes on while the machine is suspended. */
  sinceBoot(): number
}

export const machineClocks: MachineClocks = {
  wall: wallMs,
  monotonic: () => performance.now(),
  sinceBoot: () => uptime() * 1_000,
}

/** By how much the clock was set, or how long the machine was suspended: the other one is 0. */
export type ClockJump = { readonly steppedMs: number; readonly suspendedMs: number }

/** Clocks that are only adjusted never move apart so far between two looks. */
const NOTICED_MS = 1_000
/** The time since the start may be known to the second only. */
const SUSPENDED_MS = 2_000

/**
 * A stopwatch for what a clock that is set must neither end nor prolong: ms that only go forward. They go on while the machine is
 * suspended, so that what was awaited meanwhile is found to be long past.
 * @param onJump is told when the wall clock and the stopwatch moved apart, at the next look
 */
export function createStopwatch(
  onJump: (jump: ClockJump) => void = () => {},
  clocks: MachineClocks = machineClocks,
): () => number {
  const { wall, monotonic, sinceBoot } = clocks
  const apart = () => wall() - monotonic()
  const asleep = () => sinceBoot() - monotonic()
  let [lastApart, lastAsleep, addedMs] = [apart(), asleep(), 0]
  return () => {
    const jumpMs = apart() - lastApart
    lastApart += jumpMs
    if (Math.abs(jumpMs) >= NOTICED_MS) {
      const sleptMs = asleep() - lastAsleep
      const suspendedMs = sleptMs >= SUSPENDED_MS ? sleptMs : 0
      lastAsleep += suspendedMs
      addedMs += suspendedMs
      onJump({ steppedMs: suspendedMs > 0 ? 0 : jumpMs, suspendedMs })
    }
    return monotonic() + addedMs
  }
}

const LOOK_MS = 1_000

/** Logs when the clock was set or the machine was suspended, as long as a process lives. One for each process. */
export function watchClock(
  logger: Logger,
  lifecycle: Pick<Lifecycle, 'onStop'>,
  clocks: MachineClocks = machineClocks,
): void {
  const look = createStopwatch(({ steppedMs, suspendedMs }) => {
    if (suspendedMs > 0)
      logger.warn('the machine was suspended', { code: 'HOST_SUSPENDED', ms: Math.round(suspendedMs) })
    else logger.warn('the clock was set', { code: 'CLOCK_STEPPED', ms: Math.round(steppedMs) })
  }, clocks)
  const timer = setInterval(look, LOOK_MS)
  lifecycle.onStop('stores', 'clock', () => clearInterval(timer))
}
