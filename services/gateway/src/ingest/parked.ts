import type { Fact, FactOf, Reading } from '@cufflink/contracts'
import { measuredAtOf } from '@cufflink/devices'
import { followToEnd, type Ledger, patientAt, type RegisteredDevice, type Registry } from '@cufflink/ledger'

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
    // Sent again, it is the reading that came first.
    waiting.getOrInsertComputed(device, () => new Map()).getOrInsert(fact.id, fact)
    // What was placed long ago is only known once everything was read.
    if (ready) place(device, [fact])
  }

  function forget(device: string, readingId: string): void {
    const ofDevice = waiting.get(device)
    ofDevice?.delete(readingId)
    if (ofDevice?.size === 0) waiting.delete(device)
  }

  /** Of a device all that waits, or what has just come: the rest was looked at when the device's record last changed. */
  function place(device: string, some: Iterable<Parked> = waiting.get(device)?.values() ?? []): void {
    const record = registry.find(device)
    if (record === undefined) return
    for (const parked of some) {
      const reading = dated(parked.data.reading, record)
      const patient = patientAt(record, reading.measuredAt)
      if (patient === undefined) continue
      forget(device, parked.id)
      const by = 'service:gateway'
      const envelope = { tenant: record.tenant, at: now(), by } as const
      // Not durable before the gateway closes: it is still parked, and placed by the next one.
      ledger
        .append({ ...envelope, id: parked.id, v: 2, type: 'reading.recorded', data: { patient, reading } })
        .then(() =>
          ledger.append({
            ...envelope,
            id: `placed-${parked.id}`,
            v: 1,
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

/** A reading as it would be taken now that the device has a patient: an instant from long before it is of a clock never set. */
function dated(reading: Reading, device: RegisteredDevice): Reading {
  const { measuredAt, gatewayReceivedAt: receivedAt, clockQuality } = reading
  if (clockQuality === 'receipt') return reading
  const time = measuredAtOf(measuredAt, false, { receivedAt, assignments: device.assignments })
  return typeof time === 'object' && time.clockQuality === 'receipt' ? { ...reading, ...time } : reading
}
