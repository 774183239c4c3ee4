import type { FactOf } from '@cufflink/contracts'

export type Parked = FactOf<'reading.parked'>
/** With its place on the device's partition of `unassigned`. */
export type ParkedAt = { readonly fact: Parked; readonly offset: number }

/** Readings that wait in memory at most: of one device, of the devices of one practice, and of all. */
export type WaitingBounds = {
  readonly maxPerDevice: number
  readonly maxPerPractice: number
  readonly maxReadings: number
}

/** The readings that wait for a patient, in memory, and those that are on their way to the ledger. */
export type Waiting = {
  readonly size: number
  has(fact: Parked): boolean
  of(device: string): readonly ParkedAt[]
  devices(): readonly string[]
  /** Whether so many more of the practice's device would be within every bound. */
  fits(of: { readonly practice: string; readonly device: string }, more: number): boolean
  /** It is on its way, when there is no offset yet. Sent again, it is the reading that came first. */
  hold(fact: Parked, offset?: number): void
  forget(device: string, readingId: string): void
}

type OfDevice = { readonly practice: string; readonly byId: Map<string, ParkedAt | undefined> }

export function createWaiting({ maxPerDevice, maxPerPractice, maxReadings }: WaitingBounds): Waiting {
  const devices = new Map<string, OfDevice>()
  const perPractice = new Map<string, number>()
  let size = 0

  function count(practice: string, change: 1 | -1): void {
    size += change
    perPractice.set(practice, (perPractice.get(practice) ?? 0) + change)
  }

  return {
    get size() {
      return size
    },
    has: ({ id, data }) => devices.get(data.reading.device)?.byId.has(id) ?? false,
    of: (device) => [...(devices.get(device)?.byId.values() ?? [])].filter((held) => held !== undefined),
    devices: () => [...devices.keys()],
    fits: ({ practice, device }, more) =>
      (devices.get(device)?.byId.size ?? 0) + more <= maxPerDevice &&
      (perPractice.get(practice) ?? 0) + more <= maxPerPractice &&
      size + more <= maxReadings,
    hold(fact, offset) {
      const { id, tenant: practice } = fact
      const { byId } = devices.getOrInsertComputed(fact.data.reading.device, () => ({
        practice,
        byId: new Map<string, ParkedAt | undefined>(),
      }))
      if (!byId.has(id)) count(practice, 1)
      byId.set(id, byId.get(id) ?? (offset === undefined ? undefined : { fact, offset }))
    },
    forget(device, readingId) {
      const held = devices.get(device)
      if (held?.byId.delete(readingId) !== true) return
      count(held.practice, -1)
      if (held.byId.size === 0) devices.delete(device)
    },
  }
}
