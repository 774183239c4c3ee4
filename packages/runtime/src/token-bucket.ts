export type TokenBucketOptions = {
  readonly capacity: number
  readonly perSecond: number
  /** How deep in debt it may be: a debt takes `deepestDebt / perSecond` seconds to pay at the most. */
  readonly deepestDebt: number
}

/** Fills at a steady rate up to its capacity. More may be taken than it holds; it is in debt then. Instants are of `performance.now()`. */
export type TokenBucket = { level(now: number): number; take(cost: number, now: number): void }

export function createTokenBucket(
  { capacity, perSecond, deepestDebt }: TokenBucketOptions,
  createdAt: number,
): TokenBucket {
  let level = capacity
  let at = createdAt
  function fill(now: number): number {
    level = Math.min(capacity, level + ((now - at) / 1_000) * perSecond)
    at = now
    return level
  }
  return {
    level: fill,
    take(cost, now) {
      level = Math.max(-deepestDebt, fill(now) - cost)
    },
  }
}
