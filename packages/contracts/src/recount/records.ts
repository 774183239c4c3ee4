/**
 * What the records of the ledger come to, told a second time: from their JSON alone, without a schema, a fold, a codec, a calendar or a
 * rule of the program's own. What is found here and what the program counted agree only when both are right, so nothing in this folder
 * may import anything outside it.
 */

/** A record as the engine holds it. */
export type DumpedRecord = {
  readonly partition: number
  readonly offset: number
  readonly key: string
  readonly text: string
}

export type Fields = Readonly<Record<string, unknown>>
export type FoundFact = {
  readonly type: string
  readonly v: number
  readonly id: string
  readonly tenant: string
  /** When it was written, ms since 1970. */
  readonly at: number
  readonly data: Fields
  readonly offset: number
}

/** The latest version of each fact that has more than one. */
const versions = new Map([
  ['reading.recorded', 2],
  ['practice.opened', 2],
  ['practice.configured', 2],
  ['claim.decided', 2],
  ['patient.enrolled', 3],
  ['consent.recorded', 2],
  ['order.recorded', 2],
  ['episode.closed', 2],
  ['interaction.recorded', 2],
  ['claim.locked', 2],
  ['claim.settled', 2],
  ['device.registered', 2],
  ['user.registered', 2],
])

/** The fact of a record; undefined when it is not JSON, of a later version, or about another than the record's key names. */
export function factIn({ key, text, offset }: DumpedRecord): FoundFact | undefined {
  const { type, v, id, tenant, at, data: given } = fieldsOf(parsed(text))
  const data = fieldsOf(given)
  if (!isText(type) || !isText(id) || !isText(tenant)) return undefined
  if (!Number.isInteger(v) || Number(v) < 1 || Number(v) > (versions.get(type) ?? 1)) return undefined
  if (isText(data['patient']) && key !== `${tenant}/${data['patient']}`) return undefined
  return { type, v: Number(v), id, tenant, at: Number(at), data, offset }
}

/** The facts of some records of one partition in their order, each once: one that was written again is what it was the first time. */
export function factsIn(records: readonly DumpedRecord[]): FoundFact[] {
  const found = records.flatMap((record) => factIn(record) ?? []).sort((a, b) => a.offset - b.offset)
  return [...new Map(found.toReversed().map((fact) => [`${fact.type} ${fact.id}`, fact])).values()].reverse()
}

export function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {}
export const isText = (value: unknown): value is string => typeof value === 'string' && value !== ''
export const isInstant = (value: unknown): value is number =>
  Number.isSafeInteger(value) && Number(value) >= Date.UTC(2000, 0) && Number(value) <= Date.UTC(2100, 0)

/** A patient, or a clinician, of a practice. */
export const nameIn = (tenant: string, name: unknown): string => `${tenant}/${String(name)}`

/** Those of one type, in the order of the ledger. */
export const ofType = (facts: readonly FoundFact[], ...types: readonly string[]): FoundFact[] =>
  facts.filter(({ type }) => types.includes(type)).sort((a, b) => a.offset - b.offset)

/** Of several facts of one name the last. */
export const lastOfEach = (facts: readonly FoundFact[], nameOf: (data: Fields) => unknown): FoundFact[] => [
  ...new Map(facts.map((fact) => [nameOf(fact.data), fact])).values(),
]

/**
 * Of the records of one thing the one that holds. Since a version a record says which one it was made from, and counts only if that one
 * held: of two changes that crossed, the first.
 */
export function holding(facts: readonly FoundFact[], namesItsSourceSince: number): FoundFact | undefined {
  let held: FoundFact | undefined
  for (const fact of facts)
    if (fact.v < namesItsSourceSince || fact.data['replaces'] === held?.id) held = fact
  return held
}
