import { hash } from 'node:crypto'
import { type TopicName, topics } from '@cufflink/contracts'
import { EMPTY_HEAD, followRecords, headAfter, type LedgerReader, type LedgerRecord } from '@cufflink/ledger'
import type { LedgerFault } from './verify-ledger.ts'

/**
 * A fact of a topic that loses some by design, as a file that is kept elsewhere remembers it. Nothing of what it says is in here, nor
 * whose it is.
 */
export type RememberedFact = {
  readonly topic: TopicName
  readonly partition: number
  readonly offset: number
  /** Of its key: a compacted topic may lose the fact once a later one has the same key. */
  readonly keyHash: string
  readonly hash: string
  /** ms since 1970: a topic with a retention may lose the fact once it is older than that. */
  readonly at?: number
}

export type VerifiedFacts = {
  /** The facts that the topic holds now. */
  readonly facts: readonly RememberedFact[]
  /** Partitions with facts, none of which is remembered. */
  readonly unwitnessed: number
  readonly faults: readonly LedgerFault[]
}

/**
 * Compares a topic that loses facts by design with what is remembered of it, fact by fact, since a chain breaks at the first that is
 * gone. A fact that is there must be the one that is remembered; one that is not there must be one that the topic may lose.
 */
export async function verifyFacts(
  ledger: LedgerReader,
  topic: TopicName,
  { remembered, now }: { readonly remembered: readonly RememberedFact[]; readonly now: number },
): Promise<VerifiedFacts> {
  const present = Array.from({ length: ledger.partitions }, () => new Map<number, RememberedFact>())
  // A running ledger may hand over again what it did.
  const following = await followRecords(ledger, topic, (record) =>
    present[record.partition]!.set(record.offset, asRemembered(record)),
  )
  await following.close()
  const ends = await ledger.endOffsets(topic)
  const expected = present.map((_, partition) => remembered.filter((one) => one.partition === partition))
  return {
    facts: present.flatMap((facts) => [...facts.values()]),
    unwitnessed: present.filter(({ size }, partition) => size > 0 && expected[partition]!.length === 0)
      .length,
    faults: present.flatMap((facts, partition) =>
      faultsOf(facts, expected[partition]!, { end: ends[partition]!, now }).map((what) => ({
        topic,
        partition,
        what,
      })),
    ),
  }
}

function faultsOf(
  present: ReadonlyMap<number, RememberedFact>,
  expected: readonly RememberedFact[],
  { end, now }: { readonly end: number; readonly now: number },
): readonly string[] {
  const lastOfKey = new Map([...present.values()].map(({ keyHash, offset }) => [keyHash, offset]))
  const mayBeGone = ({ topic, offset, keyHash, at }: RememberedFact): boolean => {
    const { cleanup, retentionMs } = topics[topic]
    if (offset >= end) return false
    if (cleanup === 'compact') return (lastOfKey.get(keyHash) ?? -1) > offset
    return at === undefined || now - at > retentionMs
  }
  const altered = expected.filter(({ offset, hash }) => (present.get(offset)?.hash ?? hash) !== hash)
  const missing = expected.filter((fact) => !present.has(fact.offset) && !mayBeGone(fact))
  return [
    ...said(altered, 'not as the saved heads remember'),
    ...said(missing, 'missing, though the topic keeps'),
  ]
}

const OFFSETS_SAID = 5
function said(facts: readonly RememberedFact[], what: string): readonly string[] {
  const [one] = facts
  if (one === undefined) return []
  if (facts.length === 1) return [`the fact at offset ${one.offset} is ${what} it`]
  const offsets = facts.slice(0, OFFSETS_SAID).map(({ offset }) => offset)
  const more = facts.length - offsets.length
  return [`the facts at offsets ${offsets.join(', ')}${more > 0 ? ` and ${more} more` : ''} are ${what} them`]
}

function asRemembered(record: LedgerRecord): RememberedFact {
  const { topic, partition, offset, key, text } = record
  const at = topics[topic].cleanup === 'compact' ? undefined : writtenAt(text)
  const keyHash = hash('sha256', key, 'base64url').slice(0, 16)
  return {
    topic,
    partition,
    offset,
    keyHash,
    hash: headAfter(EMPTY_HEAD, record),
    ...(at !== undefined && { at }),
  }
}

function writtenAt(text: string): number | undefined {
  try {
    const { at } = JSON.parse(text) as { readonly at?: unknown }
    return typeof at === 'number' ? at : undefined
  } catch {
    return undefined
  }
}
