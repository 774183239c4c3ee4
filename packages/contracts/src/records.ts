import type { Fact, FactOf } from './facts.ts'

/** A fact of the topic `registry` that is the whole record of a device or an account. */
export type RecordFact = FactOf<'device.registered'> | FactOf<'user.registered'>

/** What is decided on what stands: a record, or a decision about what is held of a line, which stands on the one before. */
type Replacing = RecordFact | FactOf<'claim.decided'>

const isReplacing = (fact: Fact): fact is Replacing =>
  fact.type === 'device.registered' || fact.type === 'user.registered' || fact.type === 'claim.decided'

type HeldRecord = Pick<RecordFact, 'id' | 'tenant'>

/**
 * Tells of each record, in the order of the ledger and of all practices, whether it holds. Since version 2 it does only if it was made from
 * the one that held: of two changes that cross the first on the ledger holds, for every reader alike, and the second undoes nothing.
 */
export function createRecordFold(): (record: Replacing) => boolean {
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
  return recorded.filter(({ fact }) => !isReplacing(fact) || holds(fact))
}

function nameOf({ type, tenant, data }: Replacing): string {
  switch (type) {
    case 'device.registered':
      return `${type} ${data.device}`
    case 'user.registered':
      return `${type} ${data.user}`
    case 'claim.decided':
      return `${type} ${tenant}/${data.patient} ${data.code} ${data.from} ${data.to}`
  }
}

/** A user name belongs to the practice that had it first. */
const mayFollow = (before: HeldRecord | undefined, { type, tenant }: Replacing): boolean =>
  type !== 'user.registered' || before === undefined || before.tenant === tenant

const replacedBy = ({ data }: Replacing): string | undefined =>
  'replaces' in data ? data.replaces : undefined
