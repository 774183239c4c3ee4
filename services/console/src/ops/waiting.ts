import { decodeFact, type Fact, type WaitingReadings } from '@cufflink/contracts'
import { followOnce, type Ledger, type Registry } from '@cufflink/ledger'

const SHOWN = 50

/** Readings that wait until it turns out who had their device. Never what they say. */
export type Waiting = { of(practice: string): readonly WaitingReadings[]; close(): Promise<void> }

/** Of a device: when each was measured, by its id. The gateway sees to it that they are not too many (MQTT_PARKED_READINGS). */
type Held = { readonly practice: string; readonly byId: Map<string, number> }

/** Follows `unassigned` from its beginning, and keeps in memory what was not placed. */
export async function followWaiting(
  ledger: Pick<Ledger, 'followAll'>,
  registry: Pick<Registry, 'find'>,
): Promise<Waiting> {
  const devices = new Map<string, Held>()
  const following = await followOnce(ledger, 'unassigned', {
    begin: async () => 0,
    take({ records }) {
      for (const { text } of records) take(text)
    },
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
    }))
    held.byId.set(fact.id, measuredAt)
  }

  function forget({ device, readingId }: { readonly device: string; readonly readingId: string }): void {
    const held = devices.get(device)
    held?.byId.delete(readingId)
    if (held?.byId.size === 0) devices.delete(device)
  }

  function shown(device: string, { byId }: Held): WaitingReadings {
    const instants = byId.values().toArray()
    const since = registry.find(device)?.assignments.findLast(({ to }) => to === undefined)?.from
    return {
      device,
      count: instants.length,
      first: instants.reduce((a, b) => Math.min(a, b)),
      last: instants.reduce((a, b) => Math.max(a, b)),
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
