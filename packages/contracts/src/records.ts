import type { Fact, FactOf } from './facts.ts'

/** A fact of the topic `registry` that is the whole record of a device or an account. */
export type RecordFact = FactOf<'device.registered'> | FactOf<'user.registered'>

export const isRecord = (fact: Fact): fact is RecordFact =>
  fact.type === 'device.registered' || fact.type === 'user.registered'

type HeldRecord = Pick<RecordFact, 'id' | 'tenant'>

/**
 * Tells of each record, in the order of the ledger and of all practices, whether it holds. Since version 2 it does only if it was made from
 * the one that held: of two changes that cross the first on the ledger holds, for every reader alike, and the second undoes nothing.
 */
export function createRecordFold(): (record: RecordFact) => boolean {
  const held = new Map<string, HeldRecord>()
  return (record) => {
    const name = nameOf(record)
    const before = held.get(name)
    const holds = mayFollow(before, record) && (record.v === 1 || replacedBy(record) === before?.id)
    if (holds) held.set(name, { id: record.id, tenant: record.tenant })
    return holds
  }
}

/** The facts, in the order of the ledger and of all practices, without the records that do not hold. */
export function withoutLostRecords<Recorded extends { readonly fact: Fact }>(
  recorded: readonly Recorded[],
): readonly Recorded[] {
  const holds = createRecordFold()
  return recorded.filter(({ fact }) => !isRecord(fact) || holds(fact))
}

const nameOf = ({ type, data }: RecordFact): string =>
  `${type} ${type === 'device.registered' ? data.device : data.user}`

/** A user name belongs to the practice that had it first. */
const mayFollow = (before: HeldRecord | undefined, { type, tenant }: RecordFact): boolean =>
  type === 'device.registered' || before === undefined || before.tenant === tenant

const replacedBy = ({ data }: RecordFact): string | undefined =>
  'replaces' in data ? data.replaces : undefined
