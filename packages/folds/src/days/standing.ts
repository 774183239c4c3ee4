import type { DayReading, DayRetraction, DaysDocument } from './document.ts'
import { identified, names } from './fold.ts'

/** Why a reading of the index is none that could count: it was taken back, or is on the ledger before under the same id. */
export type IndexFault = 'RETRACTED' | 'SENT_AGAIN'

export type IndexedReading = {
  readonly device: string
  readonly reading: DayReading
  readonly fault?: IndexFault
}

/**
 * All readings of a patient as they were known in a minute, over all months: a device that sends a reading again with a corrected time,
 * or when its clock is believed, may put it into another month. Of those of one id the first on the ledger stands.
 */
export function readingsOf(
  documents: readonly DaysDocument[],
  asOfMinute = Number.POSITIVE_INFINITY,
): readonly IndexedReading[] {
  const held = found.get(documents)
  if (held?.asOfMinute === asOfMinute) return held.readings
  const readings = indexed(documents, asOfMinute)
  found.set(documents, { asOfMinute, readings })
  return readings
}

/** Made once of each list of documents, whatever asks for it: the evaluation, and which reading came last. */
const found = new WeakMap<
  readonly DaysDocument[],
  { readonly asOfMinute: number; readonly readings: readonly IndexedReading[] }
>()

function indexed(documents: readonly DaysDocument[], asOfMinute: number): readonly IndexedReading[] {
  const known = <Entry extends { readonly recordedMinute: number }>(entries: readonly Entry[]) =>
    entries.filter(({ recordedMinute }) => recordedMinute <= asOfMinute)
  const perDevice = new Map<string, { readings: DayReading[]; words: DayRetraction[] }>()
  for (const { devices } of documents) {
    for (const { device, readings, retractions } of devices) {
      const held = perDevice.getOrInsertComputed(device, () => ({ readings: [], words: [] }))
      held.readings.push(...known(readings))
      held.words.push(...known(retractions))
    }
  }
  return [...perDevice].flatMap(([device, { readings, words }]) => {
    const byId = identified(readings)
    const firsts = firstsById(byId)
    return readings.map((reading, index) => {
      const fault = faultOf(byId[index]!, words, firsts)
      return { device, reading, ...(fault && { fault }) }
    })
  })
}

/** The second of the latest reading that stands, over all months; 0 without any. */
export const latestSecond = (documents: readonly DaysDocument[]): number =>
  readingsOf(documents).reduce(
    (latest, { reading, fault }) => (fault ? latest : Math.max(latest, reading.second)),
    0,
  )

/**
 * Readings of one device, under all patients, by what the index keeps of their ids. Those of one id are together; whether all that
 * are together are of one id, only their facts tell.
 */
export function byKeptId<Held extends { readonly reading: DayReading }>(
  held: readonly Held[],
): readonly (readonly Held[])[] {
  const known = identified(held.map(({ reading }) => reading))
  const groups = Map.groupBy(held.keys(), (index) => {
    const { byId, idHash, second } = known[index]!
    return byId ? idHash : `${second} ${idHash}`
  })
  return [...groups.values()].map((indices) => indices.map((index) => held[index]!))
}

/** Of each id that alone makes a reading, the first on the ledger. */
function firstsById(readings: readonly DayReading[]): ReadonlyMap<number, DayReading> {
  const firsts = new Map<number, DayReading>()
  for (const reading of readings) {
    if (!reading.byId) continue
    const held = firsts.get(reading.idHash)
    if (held === undefined || reading.offset < held.offset) firsts.set(reading.idHash, reading)
  }
  return firsts
}

function faultOf(
  reading: DayReading,
  words: readonly DayRetraction[],
  firsts: ReadonlyMap<number, DayReading>,
): IndexFault | undefined {
  let last: DayRetraction | undefined
  for (const word of words)
    if (names(word, reading) && (last === undefined || word.offset > last.offset)) last = word
  if (last && !last.restored) return 'RETRACTED'
  return reading.byId && firsts.get(reading.idHash) !== reading ? 'SENT_AGAIN' : undefined
}
