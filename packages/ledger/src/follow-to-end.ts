import { decodeFact, type Fact, type TopicName } from '@cufflink/contracts'
import type { Following, Ledger } from './port.ts'

/**
 * Hands over every fact of a topic from its beginning, and goes on as more come. Resolves once everything was handed over
 * that was there when this was called. A record of a version this program does not know is left to a newer one.
 */
export async function followToEnd(
  ledger: Pick<Ledger, 'endOffsets' | 'followAll'>,
  topic: TopicName,
  take: (fact: Fact) => void,
): Promise<Following> {
  const ends = await ledger.endOffsets(topic)
  const missing = new Map([...ends.entries()].filter(([, end]) => end > 0))
  const reached = Promise.withResolvers<void>()
  if (missing.size === 0) reached.resolve()

  const following = await ledger.followAll([topic], {
    assigned: async () => 0,
    async apply({ partition, records }) {
      for (const { text } of records) {
        const fact = readable(text)
        if (fact !== undefined) take(fact)
      }
      const next = records.at(-1)!.offset + 1
      if (next >= (missing.get(partition) ?? Infinity)) missing.delete(partition)
      if (missing.size === 0) reached.resolve()
      return next
    },
    revoked: () => undefined,
  })
  await reached.promise
  return following
}

function readable(text: string): Fact | undefined {
  try {
    return decodeFact(text)
  } catch {
    return undefined
  }
}
