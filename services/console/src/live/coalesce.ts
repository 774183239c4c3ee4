/** Gathers what has changed and deals with it, one round at a time. */
export type Coalescer = {
  /** Something changed: a round begins after a moment in which more may come. */
  mark(names: Iterable<string>): void
  /** A round at once. Resolves when it is done, or when the round under way will be followed by another. */
  run(): Promise<void>
  close(): void
}

/**
 * `deal` gets the names that were marked; those are marked again when it rejects, and come with the next mark. Sending 20 times a second
 * costs a tenth of sending each change, and no one sees the difference.
 */
export function coalesce(afterMs: number, deal: (names: readonly string[]) => Promise<void>): Coalescer {
  const marked = new Set<string>()
  let timer: NodeJS.Timeout | undefined
  let dealing = false
  let closed = false

  async function run(): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    if (dealing || closed) return
    dealing = true
    const names = [...marked]
    marked.clear()
    try {
      await deal(names)
    } catch {
      for (const name of names) marked.add(name)
      return
    } finally {
      dealing = false
    }
    schedule()
  }

  function schedule(): void {
    if (marked.size > 0 && !closed) timer ??= setTimeout(() => void run(), afterMs)
  }

  return {
    mark(names) {
      for (const name of names) marked.add(name)
      schedule()
    },
    run,
    close() {
      closed = true
      clearTimeout(timer)
    },
  }
}
