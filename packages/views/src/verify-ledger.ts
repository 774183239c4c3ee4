import { type TopicName, topics } from '@cufflink/contracts'
import { EMPTY_HEAD, followRecords, headAfter, type LedgerReader, type LedgerRecord } from '@cufflink/ledger'
import { decodeMark, LEDGER_MARK } from './ledger-mark.ts'
import type { Views } from './port.ts'

/** The head of a partition before an offset: a hash over every record before it. */
export type PartitionHead = {
  readonly topic: TopicName
  readonly partition: number
  readonly next: number
  readonly head: string
}
/** A head that somebody remembers: the views, or a file that was kept elsewhere. */
export type Witness = PartitionHead & { readonly by: string }

export type LedgerFault = {
  readonly topic: TopicName
  readonly partition: number
  readonly what: string
}
export type Verified = {
  /** The ledger's heads as it is now. */
  readonly heads: readonly PartitionHead[]
  /** Partitions with facts that no witness speaks of. */
  readonly unwitnessed: number
  readonly faults: readonly LedgerFault[]
}

/** The topics whose records are all kept, and so can be chained. */
const chained = (Object.keys(topics) as TopicName[]).filter(
  (topic) => topics[topic].cleanup === 'delete' && topics[topic].retentionMs < 0,
)
const FOLLOWERS = [undefined, 'late-changes']

/** What the views remember of the ledger. They are read before the ledger, which may grow meanwhile. */
export async function witnessesOf(
  views: Pick<Views, 'load'>,
  partitions: number,
): Promise<readonly Witness[]> {
  const found: Witness[] = []
  for (const topic of chained)
    for (let partition = 0; partition < partitions; partition += 1)
      for (const follower of FOLLOWERS) {
        const shard = { topic, partition, ...(follower && { follower }) }
        const mark = decodeMark((await views.load(shard, [LEDGER_MARK]))[0])
        if (mark !== undefined)
          found.push({ topic, partition, next: mark.next, head: mark.head, by: 'the views' })
      }
  return found
}

/**
 * Reads every record of the topics that keep all of theirs, and compares with what the witnesses remember: a record that was
 * changed, dropped, moved or cut off before a witness's offset shows.
 */
export async function verifyLedger(ledger: LedgerReader, witnesses: readonly Witness[]): Promise<Verified> {
  const perTopic = await Promise.all(
    chained.map((topic) =>
      verifyTopic(
        ledger,
        topic,
        witnesses.filter((one) => one.topic === topic),
      ),
    ),
  )
  return {
    heads: perTopic.flatMap(({ heads }) => heads),
    unwitnessed: perTopic.reduce((sum, { unwitnessed }) => sum + unwitnessed, 0),
    faults: perTopic.flatMap(({ faults }) => faults),
  }
}

async function verifyTopic(
  ledger: LedgerReader,
  topic: TopicName,
  witnesses: readonly Witness[],
): Promise<Verified> {
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
