import { assertNever, type Fact, type FactOf, type FactType } from './facts.ts'

/** Since which version a fact names the one that it was made from. What was written before holds whenever it comes. */
const namesBeforeSince = {
  'device.registered': 2,
  'user.registered': 2,
  'claim.decided': 2,
  'practice.opened': 2,
  'practice.configured': 2,
  'patient.enrolled': 3,
} as const satisfies Partial<Record<FactType, number>>

/** A fact of the topic `registry` that is the whole record of a device or an account. */
export type RecordFact = FactOf<'device.registered'> | FactOf<'user.registered'>

/** What is made from what stands: a whole record, or a decision about what is held of a line, which stands on the one before. */
type Replacing = FactOf<keyof typeof namesBeforeSince>

const isReplacing = (fact: Fact): fact is Replacing => Object.hasOwn(namesBeforeSince, fact.type)

type HeldRecord = Pick<RecordFact, 'id' | 'tenant'>

/**
 * Tells of each record, in the order of the ledger and of all practices, whether it holds. Since it names the one that it was made from it does
 * only if that one held: of two changes that cross the first on the ledger holds, for every reader alike, and the second undoes nothing.
 */
export function createRecordFold(): (record: Replacing) => boolean {
  const held = new Map<string, HeldRecord>()
  return (record) => {
    const name = nameOf(record)
    const before = held.get(name)
    const isOlder = record.v < namesBeforeSince[record.type]
    const holds = mayFollow(before, record) && (isOlder || replacedBy(record) === before?.id)
    if (holds) held.set(name, { id: record.id, tenant: record.tenant })
    return holds
  }
}

/**
 * The facts, in the order of the ledger and of all practices, without the records that do not hold. A record that was written twice is what it
 * was the first time.
 */
export function withoutLostRecords<Recorded extends { readonly fact: Fact }>(
  recorded: readonly Recorded[],
): readonly Recorded[] {
  const holds = createRecordFold()
  const seen = new Set<string>()
  return recorded.filter(({ fact }) => {
    if (!isReplacing(fact)) return true
    const name = `${fact.type} ${fact.id}`
    if (seen.has(name)) return false
    seen.add(name)
    return holds(fact)
  })
}

function nameOf(fact: Replacing): string {
  const { type, tenant } = fact
  switch (fact.type) {
    case 'device.registered':
      return `${type} ${fact.data.device}`
    case 'user.registered':
      return `${type} ${fact.data.user}`
    case 'claim.decided':
      return `${type} ${tenant}/${fact.data.patient} ${fact.data.code} ${fact.data.from} ${fact.data.to}`
    case 'patient.enrolled':
      return `${type} ${tenant}/${fact.data.patient}`
    case 'practice.opened':
    case 'practice.configured':
      return `${type} ${tenant}`
    default:
      return assertNever(fact)
  }
}

/** A user name belongs to the practice that had it first. */
const mayFollow = (before: HeldRecord | undefined, { type, tenant }: Replacing): boolean =>
  type !== 'user.registered' || before === undefined || before.tenant === tenant

/** What a record says, without the name of the one that it was made from. */
export function contentOf<Data extends object>(data: Data): Omit<Data, 'replaces'> {
  const { replaces: _, ...content } = data as Data & { readonly replaces?: string }
  return content
}

const replacedBy = ({ data }: Replacing): string | undefined =>
  'replaces' in data ? data.replaces : undefined
