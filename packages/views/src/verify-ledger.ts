import { type TopicName, topicNames, topics } from '@cufflink/contracts'
import { EMPTY_HEAD, followRecords, headAfter, type LedgerReader, type LedgerRecord } from '@cufflink/ledger'
import { decodeMark, LEDGER_MARK } from './ledger-mark.ts'
import type { Views } from './port.ts'
import { type RememberedFact, type VerifiedFacts, verifyFacts } from './verify-facts.ts'

/** The head of a partition before an offset: a hash over every record before it. */
export type PartitionHead = {
  readonly topic: TopicName
  readonly partition: number
  readonly next: number
  readonly head: string
}
/** A head that someone remembers: the views, or a file that was kept elsewhere. */
export type Witness = PartitionHead & { readonly by: string }

export type LedgerFault = {
  readonly topic: TopicName
  readonly partition: number
  readonly what: string
}
export type Verified = {
  /** The ledger's heads as it is now. */
  readonly heads: readonly PartitionHead[]
  /** The facts of the topics that lose some by design. */
  readonly facts: readonly RememberedFact[]
  /** Partitions with facts that no witness speaks of. */
  readonly unwitnessed: number
  readonly faults: readonly LedgerFault[]
}

export type Remembered = {
  readonly heads: readonly Witness[]
  readonly facts?: readonly RememberedFact[]
  /** ms since 1970: what a topic with a retention may have lost by now. */
  readonly now: number
}

/** Whether all records of a topic are kept, so that they can be chained. */
const isChained = (topic: TopicName): boolean =>
  topics[topic].cleanup === 'delete' && topics[topic].retentionMs < 0
const chained = topicNames.filter(isChained)

/** What the views remember of the ledger. They are read before the ledger, which may grow meanwhile. */
export async function witnessesOf(
  views: Pick<Views, 'load'>,
  partitions: number,
): Promise<readonly Witness[]> {
  const found: Witness[] = []
  for (const topic of chained)
    for (let partition = 0; partition < partitions; partition += 1) {
      const mark = decodeMark((await views.load({ topic, partition }, [LEDGER_MARK]))[0])
      if (mark !== undefined)
        found.push({ topic, partition, next: mark.next, head: mark.head, by: 'the views' })
    }
  return found
}

/**
 * Reads every record of every topic, and compares with what is remembered: a record that was changed, dropped, moved or cut off since
 * shows. Topics that keep all of theirs are compared head by head, the others fact by fact.
 */
export async function verifyLedger(
  ledger: LedgerReader,
  { heads, facts = [], now }: Remembered,
): Promise<Verified> {
  const perTopic = await Promise.all(
    topicNames.map((topic): Promise<Partial<Verified> & Omit<VerifiedFacts, 'facts'>> => {
      const ofTopic = (one: { readonly topic: TopicName }): boolean => one.topic === topic
      return isChained(topic)
        ? verifyTopic(ledger, topic, heads.filter(ofTopic))
        : verifyFacts(ledger, topic, { remembered: facts.filter(ofTopic), now })
    }),
  )
  return {
    heads: perTopic.flatMap((one) => one.heads ?? []),
    facts: perTopic.flatMap((one) => one.facts ?? []),
    unwitnessed: perTopic.reduce((sum, { unwitnessed }) => sum + unwitnessed, 0),
    faults: perTopic.flatMap(({ faults }) => faults),
  }
}

async function verifyTopic(
  ledger: LedgerReader,
  topic: TopicName,
  witnesses: readonly Witness[],
): Promise<Omit<Verified, 'facts'>> {
  const walks = Array.from({ length: ledger.partitions }, (_, partition) =>
    walkOf(witnesses.filter((one) => one.partition === partition)),
  )
  const following = await followRecords(ledger, topic, (record) => walks[record.partition]!.take(record))
  await following.close()
  const ended = walks.map((walk) => walk.end())
  return {
    heads: ended.flatMap(({ next, head }, partition) => (next > 0 ? [{ topic, partition, next, head }] : [])),
    unwitnessed: ended.filter(({ next, isWitnessed }) => next > 0 && !isWitnessed).length,
    faults: ended.flatMap(({ faults }, partition) => faults.map((what) => ({ topic, partition, what }))),
  }
}

/** Goes through one partition, record by record. */
function walkOf(witnesses: readonly Witness[]) {
  const faults: string[] = []
  const expected = Map.groupBy(witnesses, ({ next }) => next)
  let next = 0
  let head: string = EMPTY_HEAD
  /** Up to here a witness agrees. */
  let agreed = 0

  function ask(): void {
    for (const { by, head: remembered } of expected.get(next) ?? []) {
      if (remembered === head) agreed = Math.max(agreed, next)
      else faults.push(`a fact from offset ${agreed} to ${next - 1} is not the one that ${by} remember`)
    }
  }

  return {
    take(record: LedgerRecord): void {
      // A running ledger may hand over again what it did.
      if (record.offset < next) return
      if (record.offset > next)
        faults.push(`the facts from offset ${next} to ${record.offset - 1} are missing`)
      head = headAfter(head, record)
      next = record.offset + 1
      ask()
    },
    end() {
      for (const { by, next: remembered } of witnesses)
        if (remembered > next)
          faults.push(`it ends at offset ${next}, and ${by} remember it up to ${remembered}`)
      return { next, head, faults: [...new Set(faults)], isWitnessed: witnesses.length > 0 }
    },
  }
}
