import { type Fact, failure, isFact } from '@cufflink/contracts'
import type { Accounts, Registry } from '@cufflink/directory'
import type { Ledger, Position } from '@cufflink/ledger'
import type { Views } from '@cufflink/views'

const SAVED_WITHIN_MS = 10_000
const SEEN_WITHIN_MS = 2_000
const LOOK_EVERY_MS = 10

export type SaverOptions = {
  readonly ledger: Pick<Ledger, 'append' | 'available'>
  readonly views: Pick<Views, 'watermark'>
  readonly registry: Pick<Registry, 'outcomes'>
  readonly accounts: Pick<Accounts, 'outcomes' | 'signedOutAt'>
}

/**
 * Saves facts, in their order: resolves once they are durable (design rule 1), and, as far as the trackers and the registry keep
 * up, once the next command finds what this one made.
 * @throws {CufflinkError} REQUEST_INVALID · VERSION_CONFLICT: a record of the registry was made from one that holds no longer, and counts for
 *   nothing · LEDGER_UNAVAILABLE: they may still become durable; the same command again does no harm.
 */
export type Save = (...facts: readonly Fact[]) => Promise<void>

export function createSaver({ ledger, views, registry, accounts }: SaverOptions): Save {
  async function durable(facts: readonly Fact[]): Promise<Position[]> {
    // All or none: the ledger would refuse an unreadable fact, such as a device's 1,001st assignment, after it took the others.
    if (!facts.every(isFact)) throw failure('REQUEST_INVALID')
    if (!ledger.available) throw failure('LEDGER_UNAVAILABLE')
    return Promise.all(facts.map((fact) => ledger.append(fact)))
  }

  async function isSeen(fact: Fact, { topic, partition, offset }: Position): Promise<boolean> {
    switch (fact.type) {
      case 'user.signed-out':
        return accounts.signedOutAt(fact.data.user) >= fact.data.signedOutAt
      case 'device.registered':
      case 'user.registered':
        return true
      default:
        return topic !== 'activity' || (await views.watermark({ topic, partition })) > offset
    }
  }

  /** Waits for the registry's word on each record: whether it holds. */
  async function written(facts: readonly Fact[]): Promise<Position[]> {
    const asked = facts.flatMap((fact) => {
      if (fact.type === 'device.registered') return [registry.outcomes.of(fact.id)]
      return fact.type === 'user.registered' ? [accounts.outcomes.of(fact.id)] : []
    })
    try {
      return await inTime(async () => {
        const positions = await durable(facts)
        const held = await Promise.all(asked.map((one) => one.held))
        if (held.includes(false)) throw failure('VERSION_CONFLICT')
        return positions
      })
    } finally {
      for (const { forget } of asked) forget()
    }
  }

  return async (...facts) => {
    if (facts.length === 0) return
    const positions = await written(facts)
    const until = performance.now() + SEEN_WITHIN_MS
    for (const [index, fact] of facts.entries()) {
      while (performance.now() < until && !(await isSeen(fact, positions[index]!)))
        await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
    }
  }
}

/** @throws {CufflinkError} LEDGER_UNAVAILABLE when it takes too long */
export function inTime<Value>(act: () => Promise<Value>): Promise<Value> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(failure('LEDGER_UNAVAILABLE')), SAVED_WITHIN_MS)
  return Promise.race([act(), late.promise]).finally(() => clearTimeout(timer))
}
