import { decodeFact, type Fact, type TopicName } from '@cufflink/contracts'
import type { Following, Ledger, LedgerBatch, LedgerRecord } from './port.ts'

/** What of a ledger is needed to follow a topic from its beginning. */
export type FollowedLedger = Pick<Ledger, 'startOffsets' | 'endOffsets' | 'followAll'>

/** How often it is asked whether what is waited for is still there. */
const LOOK_EVERY_MS = 1_000

/** Follows a topic, and knows how far it has come. */
export type FollowingToEnd = Following & {
  /** Resolves once everything was handed over, or is gone, that is on the ledger as this is called. */
  caughtUp(): Promise<void>
}

export type FollowingOnce = {
  /** Where a partition begins the first time it is handed out. */
  begin(partition: number): Promise<number>
  take(batch: LedgerBatch): void
}

/**
 * Hands over each record of a topic once, however often its partitions are handed out: a consumer that joins its group again gets them
 * from where it was.
 */
export function followOnce(
  ledger: Pick<Ledger, 'followAll'>,
  topic: TopicName,
  { begin, take }: FollowingOnce,
): Promise<Following> {
  const next = new Map<number, number>()
  return ledger.followAll([topic], {
    assigned: async (_, partition) => next.get(partition) ?? begin(partition),
    async apply(batch) {
      take(batch)
      const after = batch.records.at(-1)!.offset + 1
      next.set(batch.partition, after)
      return after
    },
    revoked: () => undefined,
  })
}

/**
 * Hands over every record of a topic from its beginning, and goes on as more come. Resolves once everything was handed over
 * that was there when this was called and was not deleted meanwhile: a topic's retention may take the last fact of a
 * partition, and then no record ever comes.
 */
export async function followRecords(
  ledger: FollowedLedger,
  topic: TopicName,
  take: (record: LedgerRecord) => void,
): Promise<FollowingToEnd> {
  /** Of each partition the offset before which everything was handed over, or is gone. */
  const passed = new Map<number, number>()
  const waiting = new Set<() => void>()
  const pass = (partition: number, offset: number): void => {
    passed.set(partition, Math.max(offset, passed.get(partition) ?? 0))
    for (const look of waiting) look()
  }
  const lookAtStarts = async (): Promise<void> =>
    (await ledger.startOffsets(topic)).forEach((start, partition) => pass(partition, start))

  async function until(ends: readonly number[]): Promise<void> {
    const reached = Promise.withResolvers<void>()
    const look = (): void => {
      if (ends.every((end, partition) => (passed.get(partition) ?? 0) >= end)) reached.resolve()
    }
    waiting.add(look)
    // Unanswered now, it is asked again.
    const looking = setInterval(() => void lookAtStarts().catch(() => undefined), LOOK_EVERY_MS)
    look()
    await reached.promise.finally(() => {
      clearInterval(looking)
      waiting.delete(look)
    })
  }

  const ends = await ledger.endOffsets(topic)
  await lookAtStarts()
  const following = await followOnce(ledger, topic, {
    begin: async () => 0,
    take({ partition, records }) {
      for (const record of records) take(record)
      pass(partition, records.at(-1)!.offset + 1)
    },
  })
  await until(ends)
  return { ...following, caughtUp: async () => until(await ledger.endOffsets(topic)) }
}

/** As `followRecords`, decoded. A record of a version this program does not know is left to a newer one. */
export const followToEnd = (
  ledger: FollowedLedger,
  topic: TopicName,
  take: (fact: Fact, record: LedgerRecord) => void,
): Promise<FollowingToEnd> =>
  followRecords(ledger, topic, (record) => {
    const fact = readableFact(record.text)
    if (fact !== undefined) take(fact, record)
  })

/** The fact of a record; undefined when it is of a version that this program does not know. */
export function readableFact(text: string): Fact | undefined {
  try {
    return decodeFact(text)
  } catch {
    return undefined
  }
}
