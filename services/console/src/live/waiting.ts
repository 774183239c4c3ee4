import type { FactOf, WaitingReadings } from '@cufflink/contracts'
import { type Registry } from '@cufflink/directory'
import { followOnce, type Ledger, readableFact } from '@cufflink/ledger'

/** Readings that wait until it turns out who had their device, by device, those of the latest first. Never what they say. */
export type Waiting = { of(practice: string): readonly WaitingReadings[]; close(): Promise<void> }

/**
 * Of a device: when each was measured and where it lies, by its id. The gateway sees to it that they are not too many
 * (MQTT_PARKED_READINGS); a device that has a patient may add what its day allows.
 */
type Held = { readonly practice: string; readonly byId: Map<string, Place> }
type Place = { readonly measuredAt: number; readonly offset: number }

/** Follows `unassigned` from its beginning, and keeps in memory what was not placed. */
export async function followWaiting(
  ledger: Pick<Ledger, 'followAll'>,
  registry: Pick<Registry, 'find'>,
): Promise<Waiting> {
  const devices = new Map<string, Held>()
  const following = await followOnce(ledger, 'unassigned', {
    begin: async () => 0,
    take({ records }) {
      for (const { text, offset } of records) take(text, offset)
    },
  })

  function take(text: string, offset: number): void {
    const fact = readableFact(text)
    if (fact?.type === 'reading.placed') forget(fact.data.device, fact.data.readingId)
    if (fact?.type === 'reading.dismissed') dismiss(fact.data)
    if (fact?.type !== 'reading.parked') return
    const { device, measuredAt } = fact.data.reading
    const { byId } = devices.getOrInsertComputed(device, () => ({
      practice: fact.tenant,
      byId: new Map<string, Place>(),
    }))
    // Sent again, it is the reading that came first.
    byId.getOrInsert(fact.id, { measuredAt, offset })
  }

  function dismiss({ device, through }: FactOf<'reading.dismissed'>['data']): void {
    for (const [id, { offset }] of devices.get(device)?.byId ?? []) if (offset <= through) forget(device, id)
  }

  function forget(device: string, readingId: string): void {
    const held = devices.get(device)
    held?.byId.delete(readingId)
    if (held?.byId.size === 0) devices.delete(device)
  }

  function shown(device: string, { byId }: Held): WaitingReadings {
    const places = [...byId.values()]
    const instants = places.map(({ measuredAt }) => measuredAt)
    const since = registry.find(device)?.assignments.findLast(({ to }) => to === undefined)?.from
    return {
      device,
      count: instants.length,
      first: instants.reduce((a, b) => Math.min(a, b)),
      last: instants.reduce((a, b) => Math.max(a, b)),
      through: places.reduce((last, { offset }) => Math.max(last, offset), 0),
      ...(since !== undefined && { since }),
    }
  }

  return {
    of: (practice) =>
      [...devices]
        .filter(([, held]) => held.practice === practice)
        .map(([device, held]) => shown(device, held))
        .toSorted((a, b) => b.last - a.last),
    close: () => following.close(),
  }
}
