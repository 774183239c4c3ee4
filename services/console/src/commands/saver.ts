import { isDeepStrictEqual } from 'node:util'
import { type Fact, failure, isFact } from '@cufflink/contracts'
import type { Ledger, Position, Registry } from '@cufflink/ledger'
import type { Views } from '@cufflink/views'
import type { Accounts } from '../access/accounts.ts'

const SAVED_WITHIN_MS = 10_000
const SEEN_WITHIN_MS = 2_000
const LOOK_EVERY_MS = 10

export type SaverOptions = {
  readonly ledger: Pick<Ledger, 'append' | 'available'>
  readonly views: Pick<Views, 'watermark'>
  readonly registry: Pick<Registry, 'find'>
  readonly accounts: Pick<Accounts, 'find' | 'signedOutAt'>
}

/**
 * Saves facts, in their order: resolves once they are durable (design rule 1), and, as far as the trackers and the registry keep
 * up, once the next command finds what this one made.
 * @throws {CufflinkError} REQUEST_INVALID · LEDGER_UNAVAILABLE: they may still become durable; the same command again does no harm.
 */
export type Save = (...facts: readonly Fact[]) => Promise<void>

export function createSaver({ ledger, views, registry, accounts }: SaverOptions): Save {
  async function durable(facts: readonly Fact[]): Promise<Position[]> {
    // What nobody could read must not get on the ledger, such as a device's 1,001st assignment.
    if (!facts.every(isFact)) throw failure('REQUEST_INVALID')
    if (!ledger.available) throw failure('LEDGER_UNAVAILABLE')
    const late = Promise.withResolvers<never>()
    const timer = setTimeout(() => late.reject(failure('LEDGER_UNAVAILABLE')), SAVED_WITHIN_MS)
    const saved = Promise.all(facts.map((fact) => ledger.append(fact)))
    return Promise.race([saved, late.promise]).finally(() => clearTimeout(timer))
  }

  async function isSeen(fact: Fact, { topic, partition, offset }: Position): Promise<boolean> {
    switch (fact.type) {
      case 'device.registered':
        return isDeepStrictEqual(registry.find(fact.data.device), { ...fact.data, tenant: fact.tenant })
      case 'user.registered': {
        const account = accounts.find(fact.data.user)
        // A name that another practice took first stays with it.
        if (account !== undefined && account.practice !== fact.tenant) return true
        return isDeepStrictEqual(account, { ...fact.data, practice: fact.tenant })
      }
      case 'user.signed-out':
        return accounts.signedOutAt(fact.data.user) >= fact.data.signedOutAt
      default:
        return topic !== 'activity' || (await views.watermark({ topic, partition })) > offset
    }
  }

  return async (...facts) => {
    const positions = await durable(facts)
    const until = performance.now() + SEEN_WITHIN_MS
    for (const [index, fact] of facts.entries()) {
      while (performance.now() < until && !(await isSeen(fact, positions[index]!)))
        await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
    }
  }
}
