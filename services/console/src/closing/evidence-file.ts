import type { ChainRow, ChainSeal } from '@cufflink/billing'
import type { Documents, Practice, Practices } from '@cufflink/charts'
import { untilCurrent } from '@cufflink/charts'
import { decodeFact } from '@cufflink/contracts'
import { closingsOf, rowsOf } from '@cufflink/folds'
import type { Ledger, LedgerRecord, Place } from '@cufflink/ledger'
import { type Views } from '@cufflink/views'

/** While a person waits for the answer. */
const FOLDED_WITHIN_MS = 5_000

export type EvidenceOptions = {
  readonly ledger: Pick<Ledger, 'readAt' | 'endOffsets'>
  readonly views: Pick<Views, 'watermark' | 'members'>
  readonly documents: Documents
  readonly practices: Practices
}

/** A line of the exported file. */
export type EvidenceLine =
  | ({ readonly type: 'claim.locked' } & ChainRow)
  | ({ readonly type: 'month.closed' } & ChainSeal)

/** A practice's evidence: where its rows are on the ledger, by what the trackers have folded. */
export type Evidence = {
  /** Closing by closing in the order of the seals, those without one last; each row as it is taken, so that one at a time is in memory. */
  lines(signal: AbortSignal): AsyncGenerator<EvidenceLine>
}

/** @throws {CufflinkError} PRACTICE_UNKNOWN · VIEWS_UNAVAILABLE */
export async function findEvidence(tenant: string, options: EvidenceOptions): Promise<Evidence> {
  const { ledger, views, documents, practices } = options
  // A row that the trackers have not folded would be missing.
  await untilCurrent({ ledger, views }, { withinMs: FOLDED_WITHIN_MS, readings: new Set() })
  const seals = new Map(sealsOf(await practices.get(tenant)).map((seal) => [seal.data.closing, seal]))
  const begun = await documents.members(closingsOf(tenant))
  const closings = [...new Set([...seals.keys(), ...begun])]
  const places: Place[] = []
  for (const closing of closings) for (const place of await placesOf(closing)) places.push(place)

  /** Where the rows of a closing are, in the order in which they were locked. */
  async function placesOf(closing: string): Promise<readonly Place[]> {
    const found = await Promise.all(
      documents.activityShards.map(async (shard) => {
        const members = await views.members(shard, rowsOf(tenant, closing))
        return members.map((member) => {
          const [sequence, offset] = member.split(':').map(Number)
          return { partition: shard.partition, sequence: sequence!, offset: offset! }
        })
      }),
    )
    return found.flat().toSorted((a, b) => a.sequence - b.sequence || a.offset - b.offset)
  }

  return {
    async *lines(signal) {
      const nth = new Map(closings.map((closing, index) => [closing, index]))
      let ended = 0
      function* sealsUntil(closing: number): Generator<EvidenceLine> {
        for (; ended < closing; ended += 1) {
          const seal = seals.get(closings[ended]!)
          if (seal !== undefined) yield { type: 'month.closed', ...seal }
        }
      }
      for await (const record of ledger.readAt('activity', places, signal)) {
        const row = rowIn(record, tenant)
        if (row === undefined) continue
        yield* sealsUntil(nth.get(row.data.closing) ?? 0)
        yield { type: 'claim.locked', ...row }
      }
      yield* sealsUntil(closings.length)
    },
  }
}

/** What stands on the ledger in the place of a row may be anything: the row is missing then. */
function rowIn({ text }: LedgerRecord, tenant: string): ChainRow | undefined {
  try {
    const fact = decodeFact(text)
    return fact.type === 'claim.locked' && fact.v === 2 && fact.tenant === tenant
      ? { tenant, data: fact.data }
      : undefined
  } catch {
    return undefined
  }
}

const sealsOf = ({ id: tenant, facts }: Practice): readonly ChainSeal[] =>
  facts.flatMap(({ fact }) => (fact.type === 'month.closed' ? [{ tenant, data: fact.data }] : []))
