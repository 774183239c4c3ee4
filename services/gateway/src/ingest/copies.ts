import type { FactOf, Reading } from '@cufflink/contracts'
import { contentOf } from '@cufflink/devices'
import type { Ledger } from '@cufflink/ledger'

/** Facts that are remembered, at least; at most twice as many, some 14 MB. */
const REMEMBERED = 32_768

/** What a device's message becomes. */
export type DeviceFact = FactOf<'reading.recorded'> | FactOf<'reading.parked'> | FactOf<'payload.rejected'>
type Remembered = { readonly says: string; onItsWay: Promise<unknown> | undefined }

/** Appends what is not known to be on the ledger, or on its way there. */
export type CopyFilter = {
  /** `durable` is absent when it is durable already. A copy takes no further row. */
  append(fact: DeviceFact): { readonly copy: boolean; readonly durable: Promise<unknown> | undefined }
  /** Whether the very same fact was appended lately. */
  knows(fact: DeviceFact): boolean
}

/**
 * Remembers the facts of the last messages, by id. A copy is a fact of the same id that says the same: a corrected reading under the
 * same record id is none, nor is one that was parked and has a patient now, nor one whose device went to another patient.
 */
export function createCopyFilter(ledger: Pick<Ledger, 'append'>): CopyFilter {
  let young = new Map<string, Remembered>()
  let old = new Map<string, Remembered>()

  function find(fact: DeviceFact, says: string): Remembered | undefined {
    const found = young.get(fact.id) ?? old.get(fact.id)
    return found?.says === says ? found : undefined
  }

  function remember(id: string, entry: Remembered): void {
    if (young.size >= REMEMBERED) {
      old = young
      young = new Map()
    }
    young.set(id, entry)
  }

  /** It was refused: the next one is no copy. */
  function forget(id: string, entry: Remembered): void {
    for (const generation of [young, old]) if (generation.get(id) === entry) generation.delete(id)
  }

  return {
    knows: (fact) => find(fact, saidBy(fact)) !== undefined,
    append(fact) {
      const says = saidBy(fact)
      const known = find(fact, says)
      if (known !== undefined) {
        if (!young.has(fact.id)) remember(fact.id, known)
        return { copy: true, durable: known.onItsWay }
      }
      const durable = ledger.append(fact)
      const entry: Remembered = { says, onItsWay: durable }
      remember(fact.id, entry)
      durable.then(
        () => (entry.onItsWay = undefined),
        () => forget(fact.id, entry),
      )
      return { copy: false, durable }
    },
  }
}

/** What a fact says beyond its id, as one flat text: it is kept long. The id of rejected bytes is a digest of all of them. */
function saidBy(fact: DeviceFact): string {
  switch (fact.type) {
    case 'reading.recorded':
      return JSON.stringify([fact.data.patient, ...saidByReading(fact.data.reading)])
    case 'reading.parked':
      return JSON.stringify([null, ...saidByReading(fact.data.reading)])
    default:
      return fact.type
  }
}

/** A reading's own words; of one without a clock, or whose clock was not believed, its instant is that of its receipt. */
function saidByReading(reading: Reading): readonly unknown[] {
  const { clockQuality, measuredAt, deviceTime } = reading
  const isByReceipt = clockQuality === 'receipt' || deviceTime !== undefined
  return [clockQuality, isByReceipt ? null : measuredAt, deviceTime, contentOf(reading)]
}
