import { type Fact, type FactOf, failure } from '@cufflink/contracts'
import { type Registry } from '@cufflink/directory'
import { followToEnd, type Ledger, type LedgerRecord } from '@cufflink/ledger'
import { createPlacing } from './placing.ts'
import { createSetAside } from './set-aside.ts'
import { createWaiting, type Parked, type WaitingBounds } from './waiting.ts'

/** What is on the ledger already is always kept. */
export type ParkedOptions = WaitingBounds & {
  readonly ledger: Ledger
  readonly registry: Registry
  now(): number
}

/** Parked readings, put on `readings` when someone turns out to have had the device (design rule 5). */
export type ParkedReadings = {
  /** In memory; what was set aside is not counted. */
  readonly size: number
  /**
   * To be called before readings of one device are appended to `unassigned`, which were not appended before.
   * @throws {CufflinkError} PARKED_FULL when more would wait than may, and the device has no patient now
   */
  admit(readings: readonly Parked[]): void
  close(): Promise<void>
}

/**
 * Follows `unassigned`, keeps what waits there in memory, and places a reading as soon as the registry says whose it is:
 * first the reading, then `reading.placed`. A crash between the two, or a second gateway doing the same, appends the
 * reading again, under the same id. All gateways read what each of them parked, so that the bounds hold over all of them, but for what
 * is under way at the others.
 *
 * Some are *set aside*: on the ledger only, and read again when the record of their device changes. That is what a person dismissed, and
 * what does not fit while the device has a patient, so that what is the patient's never waits behind it.
 */
export async function followParked(options: ParkedOptions): Promise<ParkedReadings> {
  const { ledger, registry } = options
  const waiting = createWaiting(options)
  const { hasPatient, covers, place: placeNow } = createPlacing(options)
  const aside = createSetAside({ ledger, place: (fact) => place(fact) || waiting.has(fact) })
  const changedBeforeReady = new Set<string>()
  let ready = false

  const unsubscribe = registry.onChange(({ device }) => changed(device))
  const following = await followToEnd(ledger, 'unassigned', take)

  function take(fact: Fact, { offset }: LedgerRecord): void {
    if (fact.type === 'reading.placed') waiting.forget(fact.data.device, fact.data.readingId)
    if (fact.type === 'reading.dismissed') dismiss(fact.data)
    if (fact.type === 'reading.parked') park(fact, offset)
  }

  function park(fact: Parked, offset: number): void {
    const { device } = fact.data.reading
    if (!waiting.has(fact) && !fits(fact, 1) && hasPatient(device) && !covers(fact))
      return aside.add(device, offset)
    waiting.hold(fact, offset)
    // What was placed long ago is only known once everything was read.
    if (ready) place(fact)
  }

  /** What an assignment covers is placed for all that: perhaps it is not yet, as this is read. */
  function dismiss({ device, through }: FactOf<'reading.dismissed'>['data']): void {
    for (const { fact, offset } of waiting.of(device)) {
      if (offset > through || covers(fact)) continue
      waiting.forget(device, fact.id)
      aside.add(device, offset)
    }
  }

  function fits({ tenant, data }: Parked, more: number): boolean {
    return waiting.fits({ practice: tenant, device: data.reading.device }, more)
  }

  function admit(readings: readonly Parked[]): void {
    const fresh = new Map(readings.filter((fact) => !waiting.has(fact)).map((fact) => [fact.id, fact]))
    const [first] = fresh.values()
    if (first === undefined) return
    if (fits(first, fresh.size)) for (const fact of fresh.values()) waiting.hold(fact)
    else if (!hasPatient(first.data.reading.device)) throw failure('PARKED_FULL')
  }

  function place(fact: Parked): boolean {
    const isPlaced = placeNow(fact)
    if (isPlaced) waiting.forget(fact.data.reading.device, fact.id)
    return isPlaced
  }

  /** All that waits of a device is looked at; what was set aside is read first, so that it is placed once. */
  function changed(device: string): void {
    if (!ready) return void changedBeforeReady.add(device)
    if (!aside.has(device)) return placeWaiting(device)
    void aside.look(device).then(() => placeWaiting(device))
  }

  function placeWaiting(device: string): void {
    for (const { fact } of waiting.of(device)) place(fact)
  }

  ready = true
  for (const device of waiting.devices()) placeWaiting(device)
  for (const device of changedBeforeReady) changed(device)
  return {
    get size() {
      return waiting.size
    },
    admit,
    async close() {
      aside.close()
      unsubscribe()
      await following.close()
    },
  }
}
