import { setTimeout as pause } from 'node:timers/promises'
import type { Ledger, LedgerReader } from '@cufflink/ledger'
import type { Logger } from '@cufflink/runtime'
import type { Views } from '@cufflink/views'
import { startTracking, type Tracking } from '../fold/tracking.ts'
import { endsOf, sum, watermarksOf } from './comparison.ts'
import { inThousands, sayProgress } from './progress.ts'

/** Encoded; decoded they take ten times as much or more. Few: batches are so large that each document is decoded once in a long while. */
const CACHE_BYTES = 4 * 2 ** 20
const VERIFY_EVERY_MS = 1_000
const STALLED_MS = 120_000
const LOOK_EVERY_MS = 50
const PROGRESS_EVERY_MS = 1_000

export type FillingOptions = {
  readonly ledger: LedgerReader
  /** What is filled, and goes on from where it is. */
  readonly views: Views
  readonly logger: Logger
  says(line: string): void
}

/** Views that are filled from the ledger behind those that are live, every partition, by the tracker's own fold. */
export type Filling = Pick<Tracking, 'foldAgain'> & {
  /** Resolves once the watermarks are those, or later. */
  reached(watermarks: readonly number[]): Promise<void>
  /** Rejects when it cannot go on; resolves as the promise does. */
  unlessFailed<Value>(promise: Promise<Value>): Promise<Value>
  close(): Promise<void>
}

/** @throws {CufflinkError} LEDGER_GAP when the ledger no longer holds its beginning · VIEWS_NEWER · VIEWS_UNAVAILABLE */
export async function startFilling({ ledger, views, logger, says }: FillingOptions): Promise<Filling> {
  const failed = Promise.withResolvers<never>()
  failed.promise.catch(() => undefined) // told to each who waits
  const unlessFailed = <Value>(promise: Promise<Value>): Promise<Value> =>
    Promise.race([promise, failed.promise])
  const follow: Ledger['follow'] = (topics, _group, follower) =>
    ledger.followAll(topics, follower, { inBulk: true })
  const progress = await startProgress({ ledger, views, says })
  try {
    const tracking = await unlessFailed(
      startTracking({
        ledger: { ...ledger, follow },
        views,
        logger,
        cacheBytes: CACHE_BYTES,
        verifyMs: VERIFY_EVERY_MS,
        stalledMs: STALLED_MS,
        failed: failed.reject,
        left: failed.reject,
      }),
    )
    const until = async (goal: readonly number[]): Promise<void> => {
      while ((await watermarksOf(ledger, views)).some((watermark, index) => watermark < goal[index]!))
        await pause(LOOK_EVERY_MS)
    }
    return {
      foldAgain: tracking.foldAgain,
      unlessFailed,
      reached: (goal) => unlessFailed(until(goal)).finally(progress.close),
      async close() {
        progress.close()
        await tracking.close()
      },
    }
  } catch (error) {
    progress.close()
    throw error
  }
}

/** Says how many facts are folded, until it is closed. */
async function startProgress({ ledger, views, says }: Omit<FillingOptions, 'logger'>) {
  const [begun, all] = [sum(await watermarksOf(ledger, views)), sum(await endsOf(ledger))]
  says(
    begun === 0
      ? `Folding ${inThousands(all)} facts …`
      : `Going on: ${inThousands(begun)} of ${inThousands(all)} facts are folded already …`,
  )
  const progress = sayProgress({ what: 'facts folded', says })
  progress(begun, all)
  const look = async (): Promise<void> =>
    progress(sum(await watermarksOf(ledger, views)), sum(await endsOf(ledger)))
  const timer = setInterval(() => void look().catch(() => undefined), PROGRESS_EVERY_MS)
  return { close: () => clearInterval(timer) }
}
