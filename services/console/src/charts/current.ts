import { failure } from '@cufflink/contracts'
import type { Ledger } from '@cufflink/ledger'
import type { Views } from '@cufflink/views'

const TOPICS = ['readings', 'activity'] as const
const LOOK_EVERY_MS = 20

export type CurrentOptions = {
  readonly ledger: Pick<Ledger, 'endOffsets'>
  readonly views: Pick<Views, 'watermark'>
}

/** The views have all that was on the ledger at one moment. */
export type Current = {
  /** @throws {CufflinkError} VIEWS_UNAVAILABLE when they have it no longer: they were emptied, and what was read meanwhile may be short. */
  requireStill(): Promise<void>
}

/**
 * Resolves once the views have what is on the ledger by now: what is written down for good must not be read from views that are just
 * being filled. Of `activity` all, as a clinician's time with a patient of any partition may trim that with another; of `readings` the
 * partitions that are told: readings that lag elsewhere hold nobody up.
 * @throws {CufflinkError} VIEWS_UNAVAILABLE when they have not within the time
 */
export async function untilCurrent(
  { ledger, views }: CurrentOptions,
  { withinMs, readings }: { readonly withinMs: number; readonly readings: ReadonlySet<number> },
): Promise<Current> {
  const ends = await Promise.all(TOPICS.map((topic) => ledger.endOffsets(topic)))
  const partitions = ends
    .flatMap((of, index) =>
      of.map((end, partition) => ({ shard: { topic: TOPICS[index]!, partition }, end })),
    )
    .filter(({ shard: { topic, partition } }) => topic === 'activity' || readings.has(partition))

  /** Not behind what was there, and not ahead of what is: then they were made from another ledger. */
  async function isCurrent(): Promise<boolean> {
    const watermarks = await Promise.all(partitions.map(({ shard }) => views.watermark(shard)))
    if (!partitions.every(({ end }, index) => watermarks[index]! >= end)) return false
    const now = await Promise.all(TOPICS.map((topic) => ledger.endOffsets(topic)))
    return partitions.every(
      ({ shard: { topic, partition } }, index) =>
        watermarks[index]! <= now[TOPICS.indexOf(topic)]![partition]!,
    )
  }

  const until = performance.now() + withinMs
  while (!(await isCurrent())) {
    if (performance.now() > until) throw failure('VIEWS_UNAVAILABLE')
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
  }
  return {
    async requireStill() {
      if (!(await isCurrent())) throw failure('VIEWS_UNAVAILABLE')
    },
  }
}
