import type { TopicName } from '@cufflink/contracts'
import type { Ledger } from './port.ts'

/** Tells when a follower has read a topic to where it ended when this was called. */
export async function untilReached(ledger: Pick<Ledger, 'endOffsets'>, topic: TopicName) {
  const missing = new Map([...(await ledger.endOffsets(topic)).entries()].filter(([, end]) => end > 0))
  const { promise, resolve } = Promise.withResolvers<void>()
  if (missing.size === 0) resolve()
  return {
    all: promise,
    /** The follower goes on at `next`. */
    reach(partition: number, next: number) {
      if (next >= (missing.get(partition) ?? Infinity)) missing.delete(partition)
      if (missing.size === 0) resolve()
    },
  }
}
