import assert from 'node:assert/strict'
import { type FaultFleet, waitFor } from '@cufflink/testkit'
import { atRest, type Observed, violations } from './observed.ts'
import type { System } from './system.ts'

/** Resolves once the fleet has sent, or got acknowledged, so many readings more. @returns how long it took, ms. */
export async function more(fleet: FaultFleet, count: number, what: 'sent' | 'acknowledged'): Promise<number> {
  const since = performance.now()
  const until = fleet[what] + count
  await waitFor(() => fleet[what] >= until, {
    what: `${count} more readings ${what}`,
  })
  return performance.now() - since
}

/** Publishes no more, waits for every PUBACK and for the trackers. @returns how long the trackers took after that, ms. */
export async function comeToRest({ fleet, ...observed }: Observed & { fleet: FaultFleet }): Promise<number> {
  fleet.rest()
  await fleet.settled()
  return atRest(observed)
}

/** Nothing lost, invented, disordered or miscounted; says some of what is. */
export async function auditIsClean(observed: Observed): Promise<void> {
  const found = await violations(observed)
  assert.deepEqual({ count: found.length, some: found.slice(0, 10) }, { count: 0, some: [] })
}

/** One number of a service's `/metrics`. */
export async function metric(url: string, name: string): Promise<number> {
  const text = await (await fetch(new URL('/metrics', url))).text()
  const [, value] = new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'm').exec(text) ?? []
  assert.ok(value !== undefined, `${name} is among the metrics of ${url}`)
  return Number(value)
}

/** Fails unless the same process serves devices after the steps as before. */
export async function withoutRestart(
  { gateway }: Pick<System, 'gateway'>,
  steps: () => Promise<void>,
): Promise<void> {
  const { pid } = gateway
  await steps()
  assert.equal(gateway.pid, pid, 'the gateway ended')
}
