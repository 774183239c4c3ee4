import { decodeFact, type Fact, type WaitingReadings } from '@cufflink/contracts'
import type { Following, Ledger, Registry } from '@cufflink/ledger'

const SHOWN = 50
/** Of each device so many are known one by one; those beyond are only counted. */
const KEPT = 1_000

/** Readings that wait until it turns out who had their device. Never what they say. */
export type Waiting = { of(practice: string): readonly WaitingReadings[]; close(): Promise<void> }

type Held = {
  readonly practice: string
  /** When each was measured. */
  readonly byId: Map<string, number>
  beyond: number
  /** Of those beyond. */
  first: number
  last: number
}

/** Follows `unassigned` from its beginning, and keeps in memory what was not placed. */
export async function followWaiting(
  ledger: Pick<Ledger, 'followAll'>,
  registry: Pick<Registry, 'find'>,
): Promise<Waiting> {
  const devices = new Map<string, Held>()
  const following: Following = await ledger.followAll(['unassigned'], {
    assigned: async () => 0,
    async apply({ records }) {
      for (const { text } of records) take(text)
      return records.at(-1)!.offset + 1
    },
    revoked: () => undefined,
  })

  function take(text: string): void {
    let fact: Fact
    try {
      fact = decodeFact(text)
    } catch {
      return // of a version that this program does not know
    }
    if (fact.type === 'reading.placed') forget(fact.data)
    if (fact.type !== 'reading.parked') return
    const { device, measuredAt } = fact.data.reading
    const held = devices.getOrInsertComputed(device, () => ({
      practice: fact.tenant,
      byId: new Map<string, number>(),
      beyond: 0,
      first: Number.POSITIVE_INFINITY,
      last: Number.NEGATIVE_INFINITY,
    }))
    if (held.byId.has(fact.id)) return
    if (held.byId.size < KEPT) {
      held.byId.set(fact.id, measuredAt)
      return
    }
    held.beyond += 1
    held.first = Math.min(held.first, measuredAt)
    held.last = Math.max(held.last, measuredAt)
  }

  function forget({ device, readingId }: { readonly device: string; readonly readingId: string }): void {
    const held = devices.get(device)
    if (held === undefined) return
    if (!held.byId.delete(readingId) && held.beyond > 0) held.beyond -= 1
    if (held.byId.size + held.beyond === 0) devices.delete(device)
  }

  function shown(device: string, { byId, beyond, ...extremes }: Held): WaitingReadings {
    const instants = [...byId.values(), ...(beyond > 0 ? [extremes.first, extremes.last] : [])]
    const since = registry.find(device)?.assignments.findLast(({ to }) => to === undefined)?.from
    return {
      device,
      count: byId.size + beyond,
      first: Math.min(...instants),
      last: Math.max(...instants),
      ...(since !== undefined && { since }),
    }
  }

  return {
    of: (practice) =>
      [...devices]
        .filter(([, held]) => held.practice === practice)
        .map(([device, held]) => shown(device, held))
        .toSorted((a, b) => b.last - a.last)
        .slice(0, SHOWN),
    close: () => following.close(),
  }
}
