import { decodeFact, type Fact, type TopicName } from '@cufflink/contracts'
import type { Following, Ledger, LedgerRecord } from './port.ts'

/** How often it is asked whether what is waited for is still there. */
const LOOK_EVERY_MS = 1_000

/**
 * Hands over every record of a topic from its beginning, and goes on as more come. Resolves once everything was handed over
 * that was there when this was called and was not deleted meanwhile: a topic's retention may take the last fact of a
 * partition, and then no record ever comes.
 */
export async function followRecords(
  ledger: Pick<Ledger, 'startOffsets' | 'endOffsets' | 'followAll'>,
  topic: TopicName,
  take: (record: LedgerRecord) => void,
): Promise<Following> {
  const ends = await ledger.endOffsets(topic)
  const missing = new Map(ends.entries())
  const reached = Promise.withResolvers<void>()

  /** Everything before `offset` was handed over, or is gone. */
  function passed(partition: number, offset: number): void {
    if (offset >= (missing.get(partition) ?? Infinity)) missing.delete(partition)
    if (missing.size === 0) reached.resolve()
  }
  const look = async (): Promise<void> =>
    (await ledger.startOffsets(topic)).forEach((start, partition) => passed(partition, start))

  await look()
  const following = await ledger.followAll([topic], {
    assigned: async () => 0,
    async apply({ partition, records }) {
      for (const record of records) take(record)
      const next = records.at(-1)!.offset + 1
      passed(partition, next)
      return next
    },
    revoked: () => undefined,
  })
  // Unanswered now, it is asked again.
  const looking = setInterval(() => void look().catch(() => undefined), LOOK_EVERY_MS)
  await reached.promise.finally(() => clearInterval(looking))
  return following
}

/** As `followRecords`, decoded. A record of a version this program does not know is left to a newer one. */
export const followToEnd = (
  ledger: Pick<Ledger, 'startOffsets' | 'endOffsets' | 'followAll'>,
  topic: TopicName,
  take: (fact: Fact) => void,
): Promise<Following> =>
  followRecords(ledger, topic, ({ text }) => {
    const fact = readable(text)
    if (fact !== undefined) take(fact)
  })

function readable(text: string): Fact | undefined {
  try {
    return decodeFact(text)
  } catch {
    return undefined
  }
}
