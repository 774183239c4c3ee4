import { isDeepStrictEqual } from 'node:util'
import { type Fact, failure, isFact } from '@cufflink/contracts'
import type { Ledger, Position, Registry } from '@cufflink/ledger'
import type { Views } from '@cufflink/views'

const SAVED_WITHIN_MS = 10_000
const SEEN_WITHIN_MS = 2_000
const LOOK_EVERY_MS = 10

export type SaverOptions = { readonly ledger: Ledger; readonly views: Views; readonly registry: Registry }

/**
 * Saves a fact: resolves once it is durable (design rule 1), and, as far as the trackers and the registry keep up, once
 * the next command finds what this one made.
 * @throws {CufflinkError} REQUEST_INVALID · LEDGER_UNAVAILABLE: it may still become durable; the same command again does no harm.
 */
export function createSaver({ ledger, views, registry }: SaverOptions): (fact: Fact) => Promise<void> {
  async function durable(fact: Fact) {
    // What nobody could read must not get on the ledger, such as a device's 1,001st assignment.
    if (!isFact(fact)) throw failure('REQUEST_INVALID')
    if (!ledger.available) throw failure('LEDGER_UNAVAILABLE')
    const late = Promise.withResolvers<never>()
    const timer = setTimeout(() => late.reject(failure('LEDGER_UNAVAILABLE')), SAVED_WITHIN_MS)
    return Promise.race([ledger.append(fact), late.promise]).finally(() => clearTimeout(timer))
  }

  async function isSeen(fact: Fact, { topic, partition, offset }: Position): Promise<boolean> {
    if (fact.type === 'device.registered')
      return isDeepStrictEqual(registry.find(fact.data.device), { ...fact.data, tenant: fact.tenant })
    return topic !== 'activity' || (await views.watermark({ topic, partition })) > offset
  }

  return async (fact) => {
    const position = await durable(fact)
    const until = performance.now() + SEEN_WITHIN_MS
    while (performance.now() < until && !(await isSeen(fact, position)))
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
  }
}
