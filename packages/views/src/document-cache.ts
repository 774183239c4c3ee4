export type DocumentCache<Document> = {
  get(key: string): Document | undefined
  keep(key: string, document: Document, bytes: number): void
  clear(): void
}

/** Beside its encoded bytes and its key: a document of a few bytes takes hundreds when it is decoded. */
const ENTRY_BYTES = 64

/** The documents kept last, as many as weigh `capacity` bytes together, each what it takes encoded, with its key. */
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
      const weighs = bytes + key.length + ENTRY_BYTES
      // By itself too heavy, it would only drive out the others.
      if (weighs > capacity) return
      held.set(key, { document, bytes: weighs })
      weight += weighs
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
