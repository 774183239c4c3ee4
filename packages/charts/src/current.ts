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

/** What was on the ledger at one moment: the views reach it some time, however much comes after it. */
export type Ends = Current & {
  /** @throws {CufflinkError} VIEWS_UNAVAILABLE when it will never be: the ledger is another one, which ends before */
  isReached(): Promise<boolean>
}

/**
 * What is on the ledger by now: of `activity` all, as a clinician's time with a patient of any partition may trim that with another; of
 * `readings` the partitions that are told: readings that lag elsewhere hold no one up.
 */
export async function endsNow(options: CurrentOptions, readings: ReadonlySet<number>): Promise<Ends> {
  const ends = (await endsOf(options)).filter(
    ({ topic, partition }) => topic === 'activity' || readings.has(partition),
  )
  const isReached = (): Promise<boolean> => areCurrent(ends, options)
  return {
    isReached,
    async requireStill() {
      if (!(await isReached())) throw failure('VIEWS_UNAVAILABLE')
    },
  }
}

/**
 * Resolves once the views have what is on the ledger by now (`endsNow`): what is written down for good must not be read from views that are
 * just being filled.
 * @throws {CufflinkError} VIEWS_UNAVAILABLE when they have not within the time
 */
export async function untilCurrent(
  options: CurrentOptions,
  { withinMs, readings }: { readonly withinMs: number; readonly readings: ReadonlySet<number> },
): Promise<Current> {
  const ends = await endsNow(options, readings)
  const until = performance.now() + withinMs
  while (!(await ends.isReached())) {
    if (performance.now() > until) throw failure('VIEWS_UNAVAILABLE')
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
  }
  return ends
}

/** Not behind what was there, and not ahead of what is: then they were made from another ledger. */
async function areCurrent(ends: readonly End[], options: CurrentOptions): Promise<boolean> {
  const watermarks = await Promise.all(ends.map((shard) => options.views.watermark(shard)))
  const now = new Map((await endsOf(options)).map((one) => [`${one.topic}/${one.partition}`, one.end]))
  return ends.every(({ topic, partition, end }, index) => {
    const watermark = watermarks[index]!
    const last = now.get(`${topic}/${partition}`)!
    if (last < end) throw failure('VIEWS_UNAVAILABLE')
    return watermark >= end && watermark <= last
  })
}

async function endsOf({ ledger }: CurrentOptions): Promise<readonly End[]> {
  const ends = await Promise.all(TOPICS.map((topic) => ledger.endOffsets(topic)))
  return ends.flatMap((of, index) => of.map((end, partition) => ({ topic: TOPICS[index]!, partition, end })))
}
