import { decodeFact, type Fact, type TopicName } from '@cufflink/contracts'
import type { Ledger } from '@cufflink/ledger'

const PAGE = 20_000

/** Every fact of a topic from some offsets (all from the beginning, unless told) to its present end, partition by partition. */
export async function* scan(
  ledger: Pick<Ledger, 'read' | 'endOffsets'>,
  topic: TopicName,
  from: readonly number[] = [],
): AsyncGenerator<{ readonly fact: Fact; readonly partition: number; readonly offset: number }> {
  const ends = await ledger.endOffsets(topic)
  for (const [partition, end] of ends.entries()) {
    for (let at = from[partition] ?? 0; at < end; ) {
      const records = await ledger.read(topic, partition, at, Math.min(PAGE, end - at))
      if (records.length === 0) break
      for (const { text, offset } of records) {
        const fact = readable(text)
        if (fact !== undefined) yield { fact, partition, offset }
      }
      at = records.at(-1)!.offset + 1
    }
  }
}

/** What this program cannot read is left to a newer one. */
function readable(text: string): Fact | undefined {
  try {
    return decodeFact(text)
  } catch {
    return undefined
  }
}
