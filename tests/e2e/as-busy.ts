import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import { TRUE_WITHIN_MS } from './browser.ts'
import type { System } from './engine-sets.ts'

const LAP_MS = 100
const LAPS = TRUE_WITHIN_MS / LAP_MS

/**
 * Asserts that something is seen within 2 s (P14), counted in laps. A lap lasts 100 ms, or as long as it takes to ask every service in turn
 * for its health, for which each asks the ledger and the views: the processes and engines that a reading passes on its way to a page. On a
 * busy machine, laps and readings are late alike. A lap writes nothing, so it wakes nothing that was forgotten.
 */
export async function seenInTime(
  { healthUrls }: System,
  seen: () => Promise<boolean>,
  what: string,
): Promise<void> {
  for (let lap = 0; lap < LAPS; lap += 1) {
    if (await seen()) return
    await Promise.all([pause(LAP_MS), askAll(healthUrls)])
  }
  assert.ok(await seen(), `${what} was not seen within ${TRUE_WITHIN_MS} ms`)
}

async function askAll(urls: readonly string[]): Promise<void> {
  for (const url of urls) await (await fetch(url)).text()
}
