/** Tells writers of the registry whether their records hold. */
export type Outcomes = {
  /** Waits for the fact of this id: whether its record held when it was read back. Ask before it is written. */
  of(id: string): { readonly held: Promise<boolean>; forget(): void }
}

export function createOutcomes(): Outcomes & { settle(id: string, held: boolean): void } {
  const waiting = new Map<string, PromiseWithResolvers<boolean>>()
  return {
    of(id) {
      const one = waiting.getOrInsertComputed(id, () => Promise.withResolvers<boolean>())
      return { held: one.promise, forget: () => void waiting.delete(id) }
    },
    settle(id, held) {
      waiting.get(id)?.resolve(held)
      waiting.delete(id)
    },
  }
}
