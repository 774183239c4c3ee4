import type { FactOf, Reading } from '@cufflink/contracts'
import { measuredAtOf } from '@cufflink/devices'
import { patientAt, type RegisteredDevice, type Registry } from '@cufflink/directory'
import { type Ledger } from '@cufflink/ledger'
import type { Parked } from './waiting.ts'

export type PlacingOptions = {
  readonly ledger: Pick<Ledger, 'append'>
  readonly registry: Pick<Registry, 'find'>
  now(): number
}

/** Puts parked readings on `readings`, as far as the registry says whose they are. */
export type Placing = {
  /** Whether the device has a patient now. */
  hasPatient(device: string): boolean
  /** Whether an assignment covers a reading. */
  covers(fact: Parked): boolean
  /** First the reading, then `reading.placed`. False when it is no one's. */
  place(fact: Parked): boolean
}

export function createPlacing({ ledger, registry, now }: PlacingOptions): Placing {
  /** Readings of which `reading.placed` is not on the ledger yet: who reads them there once more does not place them twice. */
  const underWay = new Set<string>()

  /** Whose it is by now, and dated as it would be taken today. */
  function recordOf({ data }: Parked) {
    const device = registry.find(data.reading.device)
    if (device === undefined) return undefined
    const reading = datedFor(data.reading, device)
    const patient = patientAt(device, reading.measuredAt)
    return patient === undefined ? undefined : { tenant: device.tenant, data: { patient, reading } }
  }

  async function append(fact: Parked, record: { tenant: string; data: FactOf<'reading.recorded'>['data'] }) {
    const { device } = fact.data.reading
    const envelope = { tenant: record.tenant, at: now(), by: 'service:gateway' } as const
    await ledger.append({ ...envelope, id: fact.id, v: 2, type: 'reading.recorded', data: record.data })
    await ledger.append({
      ...envelope,
      id: `placed-${fact.id}`,
      v: 1,
      type: 'reading.placed',
      data: { device, readingId: fact.id },
    })
  }

  return {
    hasPatient(device) {
      const record = registry.find(device)
      return record !== undefined && patientAt(record, now()) !== undefined
    },
    covers: (fact) => recordOf(fact) !== undefined,
    place(fact) {
      const record = recordOf(fact)
      if (record === undefined) return false
      if (underWay.has(fact.id)) return true
      underWay.add(fact.id)
      // Not durable before the gateway closes: it is still parked, and placed by the next one.
      void append(fact, record)
        .catch(() => undefined)
        .finally(() => underWay.delete(fact.id))
      return true
    },
  }
}

/** A reading as it would be taken now that the device has a patient: an instant from long before it is of a clock never set. */
function datedFor(reading: Reading, device: RegisteredDevice): Reading {
  const { measuredAt, gatewayReceivedAt: receivedAt, clockQuality } = reading
  if (clockQuality === 'receipt') return reading
  const time = measuredAtOf(measuredAt, false, { receivedAt, assignments: device.assignments })
  return typeof time === 'object' && time.clockQuality === 'receipt' ? { ...reading, ...time } : reading
}
