import { type Documents } from '@cufflink/charts'
import { monthsAround } from '@cufflink/folds'
import type { Views } from '@cufflink/views'
import type { Alone } from '../charts/alone.ts'
import { coalesce } from './coalesce.ts'

const COALESCE_MS = 250
/** How often a failed read is repeated. */
const TICK_MS = 1_000
const AT_ONCE = 64

export type BesideFeedOptions = {
  readonly documents: Pick<Documents, 'activity'>
  readonly views: Pick<Views, 'watch'>
  readonly alone: Alone
}

/** A patient who has changed, and the clinicians with time on that patient. */
export type ChangedBeside = { readonly patient: string; readonly clinicians: ReadonlySet<string> }

/**
 * Whose time may have changed in a practice, for all of its charts of one month: where a clinician was with two patients at once, time
 * on the one trims that on the other. Read once for everybody, so that a change costs no chart of other clinicians anything.
 */
export type BesideFeed = {
  join(listener: (changed: readonly ChangedBeside[]) => void): () => void
  close(): void
}

/** @throws {CufflinkError} VIEWS_UNAVAILABLE */
export async function openBesideFeed(
  { practice, month }: { readonly practice: string; readonly month: string },
  { documents, views, alone }: BesideFeedOptions,
): Promise<BesideFeed> {
  const listeners = new Set<(changed: readonly ChangedBeside[]) => void>()

  const read = (patient: string): Promise<ChangedBeside> =>
    alone(
      async () => {
        const { minutes } = await documents.activity(practice, patient, { minutes: monthsAround(month) })
        const clinicians = minutes.flatMap(({ stretches }) => stretches.map(({ clinician }) => clinician))
        return { patient, clinicians: new Set(clinicians) }
      },
      () => ({ patient, clinicians: new Set() }),
    )

  const changes = coalesce(COALESCE_MS, async (patients) => {
    for (let from = 0; from < patients.length; from += AT_ONCE) {
      const changed = await Promise.all(patients.slice(from, from + AT_ONCE).map(read))
      for (const listener of listeners) listener(changed)
    }
  })
  const unwatch = await views.watch(practice, {
    changed: ({ patients }) => changes.mark(patients),
    // Every chart reads everything again then.
    resync: () => undefined,
  })
  const ticking = setInterval(() => changes.mark([]), TICK_MS)

  return {
    join(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close() {
      unwatch()
      clearInterval(ticking)
      changes.close()
    },
  }
}
