export type DocumentCache<Document> = {
  get(key: string): Document | undefined
  keep(key: string, document: Document, bytes: number): void
  clear(): void
}

/** The documents kept last, as many as weigh `capacity` encoded bytes together. */
export function documentCache<Document>(capacity: number): DocumentCache<Document> {
  const held = new Map<string, { readonly document: Document; readonly bytes: number }>()
  let weight = 0
  const drop = (key: string): void => {
    weight -= held.get(key)?.bytes ?? 0
    held.delete(key)
  }
  return {
    get: (key) => held.get(key)?.document,
    keep(key, document, bytes) {
      drop(key)
      // By itself too heavy, it would only drive out the others.
      if (bytes > capacity) return
      held.set(key, { document, bytes })
      weight += bytes
      for (const oldest of held.keys()) {
        if (weight <= capacity) break
        drop(oldest)
      }
    },
    clear() {
      held.clear()
      weight = 0
    },
  }
}
