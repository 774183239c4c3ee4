import { CufflinkError, type Fact, failure, type TopicName } from '@cufflink/contracts'
import type { Follower, Following, Ledger } from '@cufflink/ledger'
import type { Logger } from '@cufflink/runtime'
import { repeat } from '@cufflink/runtime'
import type { Shard, Views } from '@cufflink/views'
import { activityProjection } from './activity.ts'
import { type PartitionTracker, trackPartition } from './partition.ts'
import { readingsProjection } from './readings.ts'

/** The topics that are folded, and how. */
const projections = { readings: readingsProjection, activity: activityProjection }
export const trackedTopics = Object.keys(projections) as readonly (keyof typeof projections)[]
type TrackedTopic = (typeof trackedTopics)[number]

export type TrackingOptions = {
  readonly ledger: Pick<Ledger, 'partitions' | 'startOffsets' | 'endOffsets' | 'follow'>
  readonly views: Views
  readonly logger: Logger
  /** Encoded bytes of documents that are kept decoded, over all partitions. */
  readonly cacheBytes: number
  /** How often the views are asked whether they still stand where they were left. */
  readonly verifyMs: number
  /** A watermark that stands still for so long with facts behind it has stalled. */
  readonly stalledMs: number
  failed(error: CufflinkError): void
  /** A newer program has folded a partition of mine: it is left alone until its views are exchanged (VIEWS_NEWER). */
  left?(error: CufflinkError): void
  /** A partition is mine from now on. */
  assigned?(shard: Shard): void
  /** A batch of these facts was committed, and has marked the patients it changed. */
  committed?(facts: readonly Fact[]): void
}

/** What a tracker did since it started, in facts and batches. */
export type TrackingTally = {
  folded: number
  batches: number
  mismatches: number
  unreadable: number
  resets: number
}

export type Tracking = {
  readonly tally: Readonly<TrackingTally>
  /** The watermarks of the partitions that are mine. */
  watermarks(): readonly { readonly shard: Shard; readonly next: number }[]
  /** A document of the partition cannot be decoded: unless that was tried before, it is folded again, if it is mine. */
  foldAgain(shard: Shard): void
  /** Whether a partition of mine is being folded again, because its tallies were of another ledger or could not be read. */
  readonly isFoldingAgain: boolean
  close(): Promise<void>
}

type Mine = {
  readonly shard: Shard & { readonly topic: TrackedTopic }
  readonly tracker: PartitionTracker
  /** For the watchdog: the watermark at its last look, and since when it is that. */
  seen: number
  seenAt: number
}

/** Keeps the views of this member's partitions up with the ledger. */
export async function startTracking(options: TrackingOptions): Promise<Tracking> {
  const { ledger } = options
  const tally: TrackingTally = { folded: 0, batches: 0, mismatches: 0, unreadable: 0, resets: 0 }
  const mine = new Map<string, Mine>()
  const following = await ledger.follow(trackedTopics, 'tracker', followerOf(mine, options, tally))
  const unreadable = createUnreadable(mine, options.views)
  const stopVerifying = repeat(options.verifyMs, async () => {
    await verify(mine, options, following)
    // Last: of views that were emptied there is nothing to forget, only to begin again.
    await unreadable.fold(following)
  })
  const stopWatching = repeat(options.stalledMs / 4, () => watch(mine, options))
  return {
    tally,
    foldAgain: unreadable.add,
    watermarks: () => [...mine.values()].map(({ shard, tracker }) => ({ shard, next: tracker.next })),
    get isFoldingAgain() {
      return [...mine.values()].some(({ tracker }) => tracker.again !== undefined)
    },
    async close() {
      stopVerifying()
      stopWatching()
      await following.close()
    },
  }
}

/** Takes partitions in and gives them up, and folds what comes in them. */
function followerOf(mine: Map<string, Mine>, options: TrackingOptions, tally: TrackingTally): Follower {
  const { logger } = options
  /** Partitions that are left to a newer program. */
  const left = new Set<string>()
  /** How often a partition was taken from me: a watermark that is learnt after that is no one's. */
  const revocations = new Map<string, number>()

  /** A ledger that lost what is to be folded is for a person: the tallies would be short. */
  async function orFail<Value>(shard: Shard, asked: Promise<Value>): Promise<Value> {
    try {
      return await asked
    } catch (error) {
      if (error instanceof CufflinkError && error.code === 'LEDGER_GAP') options.failed(error)
      if (error instanceof CufflinkError && error.code === 'VIEWS_NEWER') leave(shard, error)
      throw error
    }
  }

  /** Said once, though it is asked for again and again whether it may be folded by now. */
  function leave(shard: Shard, error: CufflinkError): void {
    const name = nameOf(shard)
    mine.delete(name)
    if (left.has(name)) return
    left.add(name)
    logger.error('a partition is left to a newer version', { code: error.code, ...shard })
    options.left?.(error)
  }

  return {
    async assigned(topic, partition) {
      const shard = { topic: topic as TrackedTopic, partition }
      const name = nameOf(shard)
      const tracker = trackerOf(shard, options, tally)
      const before = revocations.get(name)
      const next = await orFail(shard, tracker.locate())
      left.delete(name)
      if (revocations.get(name) === before)
        mine.set(name, { shard, tracker, seen: tracker.next, seenAt: performance.now() })
      options.assigned?.(shard)
      return next
    },
    async apply({ topic, partition, records }) {
      const own = mine.get(nameOf({ topic, partition }))
      if (own === undefined) return records[0]!.offset
      const { next, outcome, folded, facts } = await orFail(own.shard, own.tracker.apply(records))
      tally.batches += 1
      tally.folded += folded
      if (outcome === 'mismatch') tally.mismatches += 1
      if (folded > 0) options.committed?.(facts)
      if (outcome === 'gap') options.failed(failure('LEDGER_GAP', { detail: `It is ${topic}/${partition}.` }))
      return next
    },
    revoked(topic, partition) {
      const name = nameOf({ topic, partition })
      revocations.set(name, (revocations.get(name) ?? 0) + 1)
      mine.delete(name)
    },
  }
}

function trackerOf(shard: Mine['shard'], options: TrackingOptions, tally: TrackingTally): PartitionTracker {
  const { ledger, views, logger } = options
  return trackPartition({
    shard,
    ledger,
    views,
    wasReset(code) {
      tally.resets += 1
      logger.error('a partition is folded again', { code, ...shard })
    },
    projection: projections[shard.topic],
    cacheBytes: Math.ceil(options.cacheBytes / (trackedTopics.length * ledger.partitions)),
    unreadable({ topic, partition, offset }) {
      tally.unreadable += 1
      logger.error('record set aside', { code: 'FACT_UNREADABLE', topic, partition, offset })
    },
  })
}

type OwnPartitions = ReadonlyMap<string, Mine>

/**
 * The views may have been emptied or rolled back while nothing came in, or the ledger restored: then the watermark is read again,
 * and the ledger from there.
 */
async function verify(
  mine: OwnPartitions,
  { ledger, views, logger }: TrackingOptions,
  { rewind }: Following,
): Promise<void> {
  for (const topic of trackedTopics) {
    const before = [...mine.values()]
      .filter(({ shard }) => shard.topic === topic)
      .map((own) => ({ ...own, next: own.tracker.next }))
    const ends = await ledger.endOffsets(topic)
    for (const { shard, tracker, next } of before) {
      const watermark = await views.watermark(shard)
      if (tracker.busy || tracker.next !== next) continue
      if (watermark === next && next <= (ends[shard.partition] ?? 0)) continue
      logger.warn('views and ledger do not agree', { ...shard, watermark })
      rewind(shard.topic, shard.partition)
    }
  }
}

/** kafkajs can fall silent for good. A process that starts afresh is the cure. */
async function watch(
  mine: OwnPartitions,
  { ledger, views, stalledMs, failed }: TrackingOptions,
): Promise<void> {
  await views.ping()
  const ends = new Map<TopicName, readonly number[]>()
  for (const topic of trackedTopics) ends.set(topic, await ledger.endOffsets(topic))
  const now = performance.now()
  for (const own of mine.values()) {
    const { next } = own.tracker
    const behind = next < (ends.get(own.shard.topic)?.[own.shard.partition] ?? 0)
    if (!behind || next !== own.seen) Object.assign(own, { seen: next, seenAt: now })
    else if (now - own.seenAt > stalledMs) failed(failure('TRACKER_STALLED'))
  }
}

/** Partitions with a document that could not be decoded. Folding them again helps once: what this program wrote it can read. */
function createUnreadable(mine: OwnPartitions, views: Pick<Views, 'generation'>) {
  const found = new Set<string>()
  const foldedAgain = new Set<string>()
  let { generation } = views
  return {
    add: (shard: Shard): void => void found.add(nameOf(shard)),
    async fold({ rewind }: Following): Promise<void> {
      // What could not be decoded in one generation may be whole in the next.
      if (generation !== views.generation) for (const known of [found, foldedAgain]) known.clear()
      generation = views.generation
      for (const name of found) {
        const own = mine.get(name)
        if (own?.tracker.busy) continue
        if (own !== undefined && !foldedAgain.has(name)) {
          await own.tracker.reset()
          foldedAgain.add(name)
          rewind(own.shard.topic, own.shard.partition)
        }
        found.delete(name)
      }
    },
  }
}

const nameOf = ({ topic, partition }: Shard): string => `${topic}/${partition}`
