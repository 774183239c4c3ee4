import type { Fact, FactOf } from '@cufflink/contracts'
import { followToEnd, type Ledger, patientAt, type Registry } from '@cufflink/ledger'

type Parked = FactOf<'reading.parked'>

export type ParkedOptions = { readonly ledger: Ledger; readonly registry: Registry; now(): number }

/** Parked readings, put on `readings` when somebody turns out to have had the device (design rule 5). */
export type ParkedReadings = { readonly size: number; close(): Promise<void> }

/**
 * Follows `unassigned`, keeps what waits there in memory, and places a reading as soon as the registry says whose it is:
 * first the reading, then `reading.placed`. A crash between the two, or a second gateway doing the same, appends the
 * reading again, under the same id.
 */
export async function followParked({ ledger, registry, now }: ParkedOptions): Promise<ParkedReadings> {
  const waiting = new Map<string, Map<string, Parked>>()
  let ready = false

  const following = await followToEnd(ledger, 'unassigned', take)

  function take(fact: Fact): void {
    if (fact.type === 'reading.placed') forget(fact.data.device, fact.data.readingId)
    if (fact.type !== 'reading.parked') return
    const { device } = fact.data.reading
    waiting.getOrInsertComputed(device, () => new Map()).set(fact.id, fact)
    // What was placed long ago is only known once everything was read.
    if (ready) place(device)
  }

  function forget(device: string, readingId: string): void {
    const ofDevice = waiting.get(device)
    ofDevice?.delete(readingId)
    if (ofDevice?.size === 0) waiting.delete(device)
  }

  function place(device: string): void {
    const record = registry.find(device)
    for (const parked of waiting.get(device)?.values() ?? []) {
      const patient = record && patientAt(record, parked.data.reading.measuredAt)
      if (record === undefined || patient === undefined) continue
      forget(device, parked.id)
      const { reading } = parked.data
      const by = 'service:gateway'
      const envelope = { v: 1, tenant: record.tenant, at: now(), by } as const
      // Not durable before the gateway closes: it is still parked, and placed by the next one.
      ledger
        .append({ ...envelope, id: parked.id, type: 'reading.recorded', data: { patient, reading } })
        .then(() =>
          ledger.append({
            ...envelope,
            id: `placed-${parked.id}`,
            type: 'reading.placed',
            data: { device, readingId: parked.id },
          }),
        )
        .catch(() => undefined)
    }
  }

  ready = true
  for (const device of waiting.keys()) place(device)
  const unsubscribe = registry.onChange(({ device }) => place(device))
  return {
    get size() {
      return waiting.values().reduce((sum, ofDevice) => sum + ofDevice.size, 0)
    },
    async close() {
      unsubscribe()
      await following.close()
    },
  }
}
