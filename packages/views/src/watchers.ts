import type { Change, Watcher } from './port.ts'

export type Watchers = ReturnType<typeof createWatchers>

/**
 * Who watches which practice. Each is told in a microtask of its own: the one that announces a change is never held up, nor made
 * to fail, by what a watcher does with it.
 */
export function createWatchers() {
  const byTenant = new Map<string, Set<{ readonly watcher: Watcher }>>()
  return {
    watches: (tenant: string): boolean => byTenant.has(tenant),
    /** @returns a function that removes the watcher and says whether it was the practice's last. */
    add(tenant: string, watcher: Watcher): () => boolean {
      const entry = { watcher }
      const entries = byTenant.get(tenant) ?? new Set()
      byTenant.set(tenant, entries.add(entry))
      return () => {
        const last = entries.delete(entry) && entries.size === 0
        if (last) byTenant.delete(tenant)
        return last
      }
    },
    announce(change: Change): void {
      for (const entry of byTenant.get(change.tenant) ?? [])
        queueMicrotask(() => entry.watcher.changed(change))
    },
    resync(): void {
      for (const entry of [...byTenant.values()].flatMap((entries) => [...entries]))
        queueMicrotask(() => entry.watcher.resync())
    },
    clear: (): void => byTenant.clear(),
  }
}
