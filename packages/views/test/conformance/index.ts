import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { evaluationPromises } from './evaluations.ts'
import { generationPromises } from './generations.ts'
import { brokenWithoutEpochs, leasePromises } from './leases.ts'
import { brokenWithoutCompareAndSet, promises } from './promises.ts'
import type { OpenedViews } from './tools.ts'

export { everyVerb } from './lease-tools.ts'
export { batch, countTo, listener, type OpenedViews, shard } from './tools.ts'

type Open = () => Promise<OpenedViews>
type Promises = Readonly<Record<string, (opened: OpenedViews) => Promise<void>>>

/** One suite for every adapter, run against its real engine. `open` gives an empty engine each time. */
export function viewsConformance(name: string, open: Open): void {
  conformance(`${name} holds views`, promises, open)
  conformance(`${name} holds evaluations`, evaluationPromises, open)
  conformance(`${name} holds leases`, leasePromises, open)
  conformance(`${name} holds generations`, generationPromises, open)
}

/** Shows that the suite sees a missing compare-and-set: `open` opens the mutant. */
export function viewsMutant(name: string, open: Open): void {
  mutant(`${name} with a guard "next > watermark"`, pick(promises, brokenWithoutCompareAndSet), open)
}

/** Shows that the suite sees a renewal which does not compare epochs: `open` opens the mutant. */
export function leasesMutant(name: string, open: Open): void {
  mutant(`${name} that renews whatever comes`, pick(leasePromises, brokenWithoutEpochs), open)
}

function conformance(what: string, kept: Promises, open: Open): void {
  describe(what, () => {
    for (const [promise, holds] of Object.entries(kept))
      test(promise, async () => {
        await using opened = await open()
        await holds(opened)
      })
  })
}

function mutant(what: string, broken: Promises, open: Open): void {
  describe(what, () => {
    for (const [promise, holds] of Object.entries(broken))
      test(`breaks: ${promise}`, async () => {
        await using opened = await open()
        await assert.rejects(holds(opened), assert.AssertionError)
      })
  })
}

const pick = <All extends Promises>(all: All, names: readonly (keyof All & string)[]): Promises =>
  Object.fromEntries(names.map((name) => [name, all[name]!]))
