import { CufflinkError, type TopicName } from '@cufflink/contracts'
import type { Follower, Following, LedgerRecord } from '../port.ts'

const BATCH = 2_000
const RETRY_MS = 500

/** Wakes the followers that wait for facts of a partition. */
export type Signals = {
  wake(topic: TopicName, partition: number): void
  wakeAll(): void
  /** Calls `wake` after each append to the partition until the returned function is called. */
  on(topic: TopicName, partition: number, wake: () => void): () => void
}

export function createSignals(): Signals {
  const listeners = new Map<string, Set<() => void>>()
  const nameOf = (topic: TopicName, partition: number) => `${topic}/${partition}`
  return {
    wake(topic, partition) {
      for (const wake of listeners.get(nameOf(topic, partition)) ?? []) wake()
    },
    wakeAll() {
      for (const ofPartition of listeners.values()) for (const wake of ofPartition) wake()
    },
    on(topic, partition, wake) {
      const name = nameOf(topic, partition)
      const set = listeners.get(name) ?? new Set()
      listeners.set(name, set.add(wake))
      return () => set.delete(wake)
    },
  }
}

type FollowOptions = {
  readonly topics: readonly TopicName[]
  readonly partitions: number
  readonly follower: Follower
  readonly signals: Signals
  read(topic: TopicName, partition: number, from: number, limit: number): readonly LedgerRecord[]
}

/** Follows every partition: the embedded ledger has one process, so that all are its own. */
export function followPartitions({ topics, partitions, follower, signals, read }: FollowOptions): Following {
  const loops = topics.flatMap((topic) =>
    Array.from({ length: partitions }, (_, partition) =>
      startLoop({ topic, partition, follower, signals, read }),
    ),
  )
  return {
    async close() {
      await Promise.all(loops.map((loop) => loop.close()))
    },
    rewind(topic, partition) {
      loops[topics.indexOf(topic) * partitions + partition]?.rewind()
    },
  }
}

type LoopOptions = Omit<FollowOptions, 'topics' | 'partitions'> & {
  readonly topic: TopicName
  readonly partition: number
}

function startLoop({ topic, partition, follower, signals, read }: LoopOptions): {
  close(): Promise<void>
  rewind(): void
} {
  let running = true
  let position: number | undefined
  let wake = Promise.withResolvers<void>()
  const unsubscribe = signals.on(topic, partition, () => wake.resolve())

  async function step(): Promise<void> {
    position ??= await follower.assigned(topic, partition)
    const records = read(topic, partition, position, BATCH)
    if (records.length > 0) {
      const next = await follower.apply({ topic, partition, records })
      if (position !== undefined) position = next
      return
    }
    await wake.promise
  }

  async function loop(): Promise<void> {
    while (running) {
      wake = Promise.withResolvers()
      try {
        await step()
      } catch (error) {
        // No wait mends it: the process ends by what no one catches, and says to restore a backup.
        if (error instanceof CufflinkError && error.code === 'LEDGER_DAMAGED') throw error
        // The follower could not take the batch now (its views are down): the watermark says where to go on.
        position = undefined
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
      }
    }
    follower.revoked(topic, partition)
  }

  const ended = loop()
  return {
    close() {
      running = false
      unsubscribe()
      wake.resolve()
      return ended
    },
    rewind() {
      position = undefined
      wake.resolve()
    },
  }
}
