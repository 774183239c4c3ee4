import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { brokenWithoutCompareAndSet, promises } from './testing-promises.ts'
import type { OpenedViews } from './testing-tools.ts'

export { batch, countTo, listener, type OpenedViews, shard } from './testing-tools.ts'

/** One suite for every adapter, run against its real engine. `open` gives an empty engine each time. */
export function viewsConformance(name: string, open: () => Promise<OpenedViews>): void {
  describe(`${name} holds views`, () => {
    for (const [promise, holds] of Object.entries(promises))
      test(promise, async () => {
        await using opened = await open()
        await holds(opened)
      })
  })
}

/** Shows that the suite sees a missing compare-and-set: `open` opens the mutant. */
export function viewsMutant(name: string, open: () => Promise<OpenedViews>): void {
  describe(`${name} with a guard "next > watermark"`, () => {
    for (const promise of brokenWithoutCompareAndSet)
      test(`breaks: ${promise}`, async () => {
        await using opened = await open()
        await assert.rejects(promises[promise](opened), assert.AssertionError)
      })
  })
}
