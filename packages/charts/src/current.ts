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

type Topic = (typeof TOPICS)[number]
type End = { readonly topic: Topic; readonly partition: number; readonly end: number }

/** Of which partitions the views have, by now, all that is on the ledger. */
export async function currentNow(
  options: CurrentOptions,
): Promise<Current & { has(topic: Topic, partition: number): boolean }> {
  const ends = await endsOf(options)
  const are = await areCurrent(ends, options)
  const current = ends.filter((_, index) => are[index])
  return {
    has: (topic, partition) => current.some((one) => one.topic === topic && one.partition === partition),
    requireStill: () => requireAll(current, options),
  }
}

/**
 * Resolves once the views have what is on the ledger by now: what is written down for good must not be read from views that are just
 * being filled. Of `activity` all, as a clinician's time with a patient of any partition may trim that with another; of `readings` the
 * partitions that are told: readings that lag elsewhere hold nobody up.
 * @throws {CufflinkError} VIEWS_UNAVAILABLE when they have not within the time
 */
export async function untilCurrent(
  options: CurrentOptions,
  { withinMs, readings }: { readonly withinMs: number; readonly readings: ReadonlySet<number> },
): Promise<Current> {
  const ends = (await endsOf(options)).filter(
    ({ topic, partition }) => topic === 'activity' || readings.has(partition),
  )
  const until = performance.now() + withinMs
  while (!(await areCurrent(ends, options)).every(Boolean)) {
    if (performance.now() > until) throw failure('VIEWS_UNAVAILABLE')
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
  }
  return { requireStill: () => requireAll(ends, options) }
}

async function requireAll(ends: readonly End[], options: CurrentOptions): Promise<void> {
  if (!(await areCurrent(ends, options)).every(Boolean)) throw failure('VIEWS_UNAVAILABLE')
}

/** Not behind what was there, and not ahead of what is: then they were made from another ledger. */
async function areCurrent(ends: readonly End[], options: CurrentOptions): Promise<readonly boolean[]> {
  const watermarks = await Promise.all(ends.map((shard) => options.views.watermark(shard)))
  const now = new Map((await endsOf(options)).map((one) => [`${one.topic}/${one.partition}`, one.end]))
  return ends.map(({ topic, partition, end }, index) => {
    const watermark = watermarks[index]!
    return watermark >= end && watermark <= now.get(`${topic}/${partition}`)!
  })
}

async function endsOf({ ledger }: CurrentOptions): Promise<readonly End[]> {
  const ends = await Promise.all(TOPICS.map((topic) => ledger.endOffsets(topic)))
  return ends.flatMap((of, index) => of.map((end, partition) => ({ topic: TOPICS[index]!, partition, end })))
}
