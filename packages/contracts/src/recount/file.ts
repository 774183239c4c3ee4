import { dateAfter, startOf } from './calendar.ts'
import { type Fields, type FoundFact, holding, lastOfEach, ofType } from './records.ts'

/** From an instant (ms) until another, exclusive; Infinity while it lasts. */
export type Span = { readonly from: number; readonly to: number }
export type Episode = Span & { readonly episode: string }

/** Who had which device, and who works at a practice with which credential: what the registry holds of all practices. */
export type FoundRegistry = {
  readonly devices: ReadonlyMap<string, FoundFact>
  readonly users: ReadonlyMap<string, FoundFact>
}

/** Keeps, record by record and in the order of each partition, what the registry holds. */
export function takeRegistered(
  { devices, users }: { devices: Map<string, FoundFact>; users: Map<string, FoundFact> },
  fact: FoundFact,
): void {
  const isDevice = fact.type === 'device.registered'
  if (!isDevice && fact.type !== 'user.registered') return
  const [all, name] = isDevice ? [devices, fact.data['device']] : [users, fact.data['user']]
  const before = all.get(String(name))
  // A user name belongs to the practice that had it first.
  if (!isDevice && before !== undefined && before.tenant !== fact.tenant) return
  if (holding(before ? [{ ...before, v: 1 }, fact] : [fact], 2) === fact) all.set(String(name), fact)
}

/** What the facts say of a patient besides readings and time. */
export type FoundFile = {
  readonly name: string
  readonly enrolledAt: number
  readonly consents: readonly Span[]
  readonly orders: readonly Span[]
  readonly episodes: readonly Episode[]
  /** Of each device the times in which it was the patient's. */
  readonly devices: ReadonlyMap<string, readonly Span[]>
  readonly visits: readonly Fields[]
  /** The first and last date of each 30-day period of which something stands locked. */
  readonly billed: readonly { readonly start: string; readonly end: string }[]
  /** The home zone at a second. */
  zoneAt(second: number): string
}

const periodCodes = /^(99445|99454|99091|9897[678]|9898[456])$/

/** `facts` are those of the patient's key on `activity`. Undefined for a patient who is not enrolled. */
export function fileIn(
  facts: readonly FoundFact[],
  { tenant, patient, registry }: { tenant: string; patient: string; registry: FoundRegistry },
): FoundFile | undefined {
  const enrolled = holding(ofType(facts, 'patient.enrolled'), 3)
  if (enrolled === undefined) return undefined
  const zones = lastOfEach(ofType(facts, 'patient.moved'), ({ from }) => from)
    .map(({ data }) => ({ from: secondOf(data['from']), zone: String(data['zone']) }))
    .toSorted((a, b) => a.from - b.from)
  const zoneAt = (second: number): string =>
    zones.findLast(({ from }) => from <= second)?.zone ?? String(enrolled.data['zone'])
  const consents = consentsIn(facts)
  const devices = new Map(
    [...registry.devices].flatMap(([device, fact]) => {
      const spans = assignedIn(fact, { tenant, patient })
      return spans.length === 0 ? [] : [[device, spans]]
    }),
  )
  const voided = new Set(ofType(facts, 'visit.voided').map(({ data }) => data['visit']))
  return {
    name: String(enrolled.data['name']),
    enrolledAt: Number(enrolled.data['enrolledAt']),
    consents,
    orders: ofType(facts, 'order.recorded').map(({ data }) => ({
      from: Number(data['orderedAt']),
      to: Infinity,
    })),
    episodes: episodesIn(facts, { consents, zoneAt }),
    devices,
    visits: lastOfEach(ofType(facts, 'visit.recorded'), ({ visit }) => visit)
      .map(({ data }) => data)
      .filter(({ visit }) => !voided.has(visit)),
    billed: billedIn(facts),
    zoneAt,
  }
}

export const secondOf = (instantMs: unknown): number => Math.floor(Number(instantMs) / 1000)

/** Whether one of them holds at a second (epoch). */
export const holdsAt = (spans: readonly Span[], second: number): boolean =>
  spans.some(({ from, to }) => secondOf(from) <= second && second < secondOf(to))

/** Each lasts until the first withdrawal after it. */
function consentsIn(facts: readonly FoundFact[]): Span[] {
  const ends = ofType(facts, 'consent.withdrawn').map(({ data }) => Number(data['withdrawnAt']))
  return ofType(facts, 'consent.recorded').map(({ data }) => {
    const from = Number(data['consentedAt'])
    return { from, to: Math.min(...ends.filter((end) => end > from)) }
  })
}

function assignedIn(fact: FoundFact, { tenant, patient }: { tenant: string; patient: string }): Span[] {
  const { assignments } = fact.data
  if (fact.tenant !== tenant || !Array.isArray(assignments)) return []
  return (assignments as readonly Fields[])
    .filter((one) => one['patient'] === patient && one['from'] !== one['to'])
    .map(({ from, to }) => ({ from: Number(from), to: Number(to ?? Infinity) }))
}

/** By their beginning. One ends when it was closed, when the next begins, with the patient's death, or when the consent is withdrawn. */
function episodesIn(
  facts: readonly FoundFact[],
  { consents, zoneAt }: Pick<FoundFile, 'consents' | 'zoneAt'>,
): Episode[] {
  const closed = lastOfEach(ofType(facts, 'episode.closed'), ({ episode }) => episode)
  const ends = new Map(closed.map(({ data }) => [data['episode'], Number(data['closedAt'])]))
  const died = ofType(closed, 'episode.closed')
    .map(({ data }) => data['died'])
    .findLast(isDate)
  const opened = lastOfEach(ofType(facts, 'episode.opened'), ({ episode }) => episode).toSorted(
    (a, b) => Number(a.data['openedAt']) - Number(b.data['openedAt']) || a.offset - b.offset,
  )
  return opened.map(({ data }, index) => {
    const from = Number(data['openedAt'])
    const end = ends.get(data['episode']) ?? Number(opened[index + 1]?.data['openedAt'] ?? Infinity)
    const death = died === undefined ? Infinity : homeStart(dateAfter(died, 1), zoneAt) * 1000
    return { episode: String(data['episode']), from, to: Math.min(end, death, consentEnd(consents, from)) }
  })
}

/** When a patient's consent, the one that holds at an instant or the first after it, was withdrawn and no other was in force. */
function consentEnd(consents: readonly Span[], instant: number): number {
  const isHeld = consents.some(({ from, to }) => from <= instant && instant < to)
  const later = consents.map(({ from }) => from).filter((from) => from > instant)
  let end = isHeld ? instant : Math.min(...later)
  // As long as some consent holds at the end of another.
  for (let next = end; ; end = next) {
    next = Math.max(end, ...consents.filter(({ from, to }) => from <= end && to > end).map(({ to }) => to))
    if (next === end) return end
  }
}

/** The first second of a date where the patient lives then. */
export function homeStart(date: string, zoneAt: FoundFile['zoneAt']): number {
  const about = startOf(date, zoneAt(startOf(date, 'UTC')))
  return startOf(date, zoneAt(about))
}

const isDate = (value: unknown): value is string => {
  if (typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(value)) return false
  try {
    return Temporal.PlainDate.from(value).toString() === value
  } catch {
    return false
  }
}

function billedIn(facts: readonly FoundFact[]): FoundFile['billed'] {
  const standing = new Map<string, { start: string; end: string }>()
  for (const { type, data } of ofType(facts, 'claim.locked', 'claim.unlocked')) {
    const [code, start, end] = [String(data['code']), String(data['from']), String(data['to'])]
    if (!periodCodes.test(code)) continue
    if (type === 'claim.locked') standing.set(`${code} ${start} ${end}`, { start, end })
    else standing.delete(`${code} ${start} ${end}`)
  }
  return [...standing.values()]
}
