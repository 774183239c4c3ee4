import { randomUUID } from 'node:crypto'
import type { TopicName } from '@cufflink/contracts'
import type { Kafka } from 'kafkajs'
import type { LedgerRecord } from '../port.ts'
import { followGroup } from './follow.ts'

type ReadOptions = {
  readonly kafka: Kafka
  readonly prefix: string
  readonly topic: TopicName
  readonly partition: number
  readonly from: number
  /** Exclusive; the caller has made sure that the log reaches it. */
  readonly to: number
}

/** Reads a stretch of one partition with a consumer group of its own, which ends with the call. */
export async function readKafka({
  kafka,
  prefix,
  topic,
  partition,
  from,
  to,
}: ReadOptions): Promise<LedgerRecord[]> {
  if (from >= to) return []
  const found: LedgerRecord[] = []
  const done = Promise.withResolvers<void>()
  const following = await followGroup({
    kafka,
    prefix,
    topics: [topic],
    groupId: `${prefix}read.${randomUUID()}`,
    only: partition,
    logStart: async () => from,
    follower: {
      assigned: async () => from,
      async apply(batch) {
        found.push(...batch.records.filter(({ offset }) => offset < to))
        const next = batch.records.at(-1)!.offset + 1
        if (next >= to) done.resolve()
        return next
      },
      revoked: () => undefined,
    },
  })
  await done.promise
  await following.close()
  return found
}
