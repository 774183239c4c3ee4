import { type Fact, type FactOf, failure, type Reading } from '@cufflink/contracts'
import { measuredAtOf } from '@cufflink/devices'
import { followToEnd, type Ledger, patientAt, type RegisteredDevice, type Registry } from '@cufflink/ledger'

type Parked = FactOf<'reading.parked'>

export type ParkedOptions = {
  readonly ledger: Ledger
  readonly registry: Registry
  /** Readings that wait at most: of one device, and of all. What is on the ledger already is always kept. */
  readonly maxPerDevice: number
  readonly maxReadings: number
  now(): number
}

/** Parked readings, put on `readings` when somebody turns out to have had the device (design rule 5). */
export type ParkedReadings = {
  readonly size: number
  /**
   * To be called before readings of one device are appended to `unassigned`, which were not appended before.
   * @throws {CufflinkError} PARKED_FULL when more would wait than may
   */
  admit(readings: readonly Parked[]): void
  close(): Promise<void>
}

/**
 * Follows `unassigned`, keeps what waits there in memory, and places a reading as soon as the registry says whose it is:
 * first the reading, then `reading.placed`. A crash between the two, or a second gateway doing the same, appends the
 * reading again, under the same id. All gateways read what each of them parked, so that the bounds hold over all of them, but for what
 * is under way at the others.
 */
export async function followParked(options: ParkedOptions): Promise<ParkedReadings> {
  const { ledger, registry, maxPerDevice, maxReadings, now } = options
  const waiting = new Map<string, Map<string, Parked>>()
  /** The ids of those that were admitted and not read back yet. */
  const coming = new Map<string, Set<string>>()
  let size = 0
  let ready = false

  const following = await followToEnd(ledger, 'unassigned', take)

  function take(fact: Fact): void {
    if (fact.type === 'reading.placed') forget(fact.data.device, fact.data.readingId)
    if (fact.type !== 'reading.parked') return
    const { device } = fact.data.reading
    // Sent again, it is the reading that came first.
    const parked = waiting.get(device)?.get(fact.id) ?? fact
    forget(device, fact.id)
    waiting.getOrInsertComputed(device, () => new Map()).set(fact.id, parked)
    size += 1
    // What was placed long ago is only known once everything was read.
    if (ready) place(device, [fact])
  }

  function forget(device: string, readingId: string): void {
    for (const readings of [waiting, coming]) {
      const ofDevice = readings.get(device)
      if (ofDevice?.delete(readingId)) size -= 1
      if (ofDevice?.size === 0) readings.delete(device)
    }
  }

  function admit(readings: readonly Parked[]): void {
    const [first] = readings
    if (first === undefined) return
    const { device } = first.data.reading
    const [here, onTheWay] = [waiting.get(device), coming.get(device)]
    const ids = new Set(readings.map(({ id }) => id).filter((id) => !here?.has(id) && !onTheWay?.has(id)))
    if (ids.size === 0) return
    const ofDevice = (here?.size ?? 0) + (onTheWay?.size ?? 0)
    if (ofDevice + ids.size > maxPerDevice || size + ids.size > maxReadings) throw failure('PARKED_FULL')
    coming.set(device, onTheWay?.union(ids) ?? ids)
    size += ids.size
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
      return size
    },
    admit,
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
