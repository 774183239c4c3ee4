import { type Fact, failure, topicOf } from '@cufflink/contracts'
import type { Ledger } from '@cufflink/ledger'
import type { Views } from '@cufflink/views'

const SAVED_WITHIN_MS = 10_000
const SEEN_WITHIN_MS = 2_000
const LOOK_EVERY_MS = 10

/**
 * Saves a fact: resolves once it is durable (design rule 1), and, as far as the trackers keep up, once the pages show it,
 * so that the next command finds what this one made.
 * @throws {CufflinkError} LEDGER_UNAVAILABLE: it may still become durable; the same command again does no harm.
 */
export function createSaver({
  ledger,
  views,
}: {
  ledger: Ledger
  views: Views
}): (fact: Fact) => Promise<void> {
  async function durable(fact: Fact) {
    if (!ledger.available) throw failure('LEDGER_UNAVAILABLE')
    const late = Promise.withResolvers<never>()
    const timer = setTimeout(() => late.reject(failure('LEDGER_UNAVAILABLE')), SAVED_WITHIN_MS)
    return Promise.race([ledger.append(fact), late.promise]).finally(() => clearTimeout(timer))
  }

  return async (fact) => {
    const { topic, partition, offset } = await durable(fact)
    if (topicOf(fact.type) !== 'activity') return
    const until = performance.now() + SEEN_WITHIN_MS
    while (performance.now() < until) {
      if ((await views.watermark({ topic, partition })) > offset) return
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
    }
  }
}
