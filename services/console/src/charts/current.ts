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
 * Resolves once the views have all that is on the ledger by now: what is written down for good must not be read from views that are
 * just being filled. @throws {CufflinkError} VIEWS_UNAVAILABLE when they have not within the time
 */
export async function untilCurrent({ ledger, views }: CurrentOptions, withinMs: number): Promise<Current> {
  const ends = await Promise.all(TOPICS.map((topic) => ledger.endOffsets(topic)))
  const partitions = ends.flatMap((of, index) =>
    of.map((end, partition) => ({ shard: { topic: TOPICS[index]!, partition }, end })),
  )

  /** Not behind what was there, and not ahead of what is: then they were made from another ledger. */
  async function isCurrent(): Promise<boolean> {
    const watermarks = await Promise.all(partitions.map(({ shard }) => views.watermark(shard)))
    if (!partitions.every(({ end }, index) => watermarks[index]! >= end)) return false
    const now = (await Promise.all(TOPICS.map((topic) => ledger.endOffsets(topic)))).flat()
    return watermarks.every((watermark, index) => watermark <= now[index]!)
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
