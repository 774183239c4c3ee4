import { decodeFact, errorTable, type Fact, type RefusedReading } from '@cufflink/contracts'
import type { Following, Ledger } from '@cufflink/ledger'

/** How far back a start looks, in facts of each partition. */
const LOOK_BACK = 200
const SHOWN = 20

/** What was set aside lately: of which device, why and when. Never what it said. */
export type Refusals = { of(practice: string): readonly RefusedReading[]; close(): Promise<void> }

/** Follows `rejected` from a little before its end, and keeps the latest of each practice in memory. */
export async function followRefusals(
  ledger: Pick<Ledger, 'startOffsets' | 'endOffsets' | 'followAll'>,
): Promise<Refusals> {
  const latest = new Map<string, readonly RefusedReading[]>()
  const following: Following = await ledger.followAll(['rejected'], {
    async assigned(topic, partition) {
      const [starts, ends] = await Promise.all([ledger.startOffsets(topic), ledger.endOffsets(topic)])
      return Math.max(starts[partition] ?? 0, (ends[partition] ?? 0) - LOOK_BACK)
    },
    async apply({ records }) {
      for (const { text } of records) take(text)
      return records.at(-1)!.offset + 1
    },
    revoked: () => undefined,
  })

  function take(text: string): void {
    let fact: Fact
    try {
      fact = decodeFact(text)
    } catch {
      return // of a version that this program does not know
    }
    if (fact.type !== 'payload.rejected') return
    const known = latest.get(fact.tenant) ?? []
    // Partitions are read one after the other: the latest is not always the last that came.
    const sorted = [...known, ...refusedOf(fact)].toSorted((a, b) => b.at - a.at)
    latest.set(fact.tenant, sorted.slice(0, SHOWN))
  }

  return { of: (practice) => latest.get(practice) ?? [], close: () => following.close() }
}

/** Of a batch each of its readings that was refused. */
function refusedOf({ v, data }: Extract<Fact, { type: 'payload.rejected' }>): readonly RefusedReading[] {
  const { source: device, code, receivedAt: at } = data
  const items = v === 2 ? data.items : undefined
  return items === undefined
    ? [{ device, code, message: messageOf(code), at }]
    : items.map(({ code: why, index }) => ({ device, code: why, message: messageOf(why), at, index }))
}

const known: Readonly<Record<string, { readonly message: string }>> = errorTable

/** An earlier version had codes that are in the table no longer. */
const messageOf = (code: string): string => known[code]?.message ?? ''
