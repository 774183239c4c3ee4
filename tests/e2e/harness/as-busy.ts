import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import type { System } from './engine-sets.ts'

/** How long a count may be behind, at steady state (P14). */
const TRUE_WITHIN_MS = 2_000
const LAP_MS = 100

/**
 * Asserts that something is seen in time, within 2 s (P14) unless told, counted in laps. A lap lasts 100 ms, or as long as it takes to ask every service in turn
 * for its health, for which each asks the ledger and the views: the processes and engines that a reading passes on its way to a page. On a
 * busy machine, laps and readings are late alike. A lap writes nothing, so it wakes nothing that was forgotten.
 */
export async function seenInTime(
  { healthUrls }: Pick<System, 'healthUrls'>,
  seen: () => Promise<boolean>,
  what: string,
  withinMs = TRUE_WITHIN_MS,
): Promise<void> {
  for (let lap = 0; lap < withinMs / LAP_MS; lap += 1) {
    if (await seen()) return
    await Promise.all([pause(LAP_MS), askAll(healthUrls)])
  }
  assert.ok(await seen(), `${what} was not seen within ${withinMs} ms`)
}

async function askAll(urls: readonly string[]): Promise<void> {
  for (const url of urls) await (await fetch(url)).text()
}
