import { decodeFact, errorTable, type Fact, type RefusedReadings } from '@cufflink/contracts'
import { followOnce, type Ledger } from '@cufflink/ledger'

/** How far back a start looks, in facts of each partition: more than the gateway keeps of one device in a day, so that it hides no other. */
const LOOK_BACK = 10_000
/** Devices and reasons of a practice that are remembered. */
const REMEMBERED = 1_000
const SHOWN = 20

/** What was refused lately: of which device, why, how often and when last. Never what it said. */
export type Refusals = { of(practice: string): readonly RefusedReadings[]; close(): Promise<void> }

/** Follows `rejected` from a little before its end, and keeps in memory of each practice what was refused, by device and reason. */
export async function followRefusals(
  ledger: Pick<Ledger, 'startOffsets' | 'endOffsets' | 'followAll'>,
): Promise<Refusals> {
  const practices = new Map<string, Map<string, RefusedReadings>>()
  const following = await followOnce(ledger, 'rejected', {
    async begin(partition) {
      const [starts, ends] = await Promise.all([
        ledger.startOffsets('rejected'),
        ledger.endOffsets('rejected'),
      ])
      return Math.max(starts[partition] ?? 0, (ends[partition] ?? 0) - LOOK_BACK)
    },
    take({ records }) {
      for (const { text } of records) take(text)
    },
  })

  function take(text: string): void {
    let fact: Fact
    try {
      fact = decodeFact(text)
    } catch {
      return // of a version that this program does not know
    }
    if (fact.type !== 'payload.rejected') return
    const known = practices.getOrInsertComputed(fact.tenant, () => new Map())
    for (const refused of refusedOf(fact)) {
      const key = `${refused.device}\n${refused.code}`
      const before = known.get(key)
      known.set(key, before === undefined ? refused : together(before, refused))
      if (known.size > REMEMBERED) known.delete(oldestOf(known))
    }
  }

  return {
    of: (practice) => newestFirst(practices.get(practice)?.values() ?? []).slice(0, SHOWN),
    close: () => following.close(),
  }
}

/** Partitions are read one after the other: the latest is not always the last that came. */
const newestFirst = (refused: Iterable<RefusedReadings>): RefusedReadings[] =>
  [...refused].toSorted((a, b) => b.at - a.at)

const oldestOf = (known: ReadonlyMap<string, RefusedReadings>): string =>
  [...known].reduce((oldest, entry) => (entry[1].at < oldest[1].at ? entry : oldest))[0]

/** Two of one device and reason, as the later one with both counts. */
const together = (a: RefusedReadings, b: RefusedReadings): RefusedReadings => ({
  ...(b.at >= a.at ? b : a),
  count: a.count + b.count,
  since: Math.min(a.since, b.since),
})

/** Of a batch each of its readings that was refused. */
function refusedOf({ v, data }: Extract<Fact, { type: 'payload.rejected' }>): readonly RefusedReadings[] {
  const { source: device, code, receivedAt: at } = data
  const items = v === 2 ? data.items : undefined
  const once = { device, count: 1, since: at, at }
  return items === undefined
    ? [{ ...once, code, message: messageOf(code) }]
    : items.map(({ code: why, index }) => ({ ...once, code: why, message: messageOf(why), index }))
}

const known: Readonly<Record<string, { readonly message: string }>> = errorTable

/** An earlier version had codes that are in the table no longer. */
const messageOf = (code: string): string => known[code]?.message ?? ''
