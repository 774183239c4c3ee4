import { CufflinkError } from '@cufflink/contracts'
import type { Change, Commit, Shard, Views, Watcher } from '../../src/port.ts'

/** Views on an empty engine, and what a test may do behind their back. */
export type OpenedViews = AsyncDisposable & {
  readonly views: Views
  /** Another adapter on the same engine, as another process has. It is closed with the first. */
  beside(): Promise<Views>
  /** A generation on the same engine. It is closed with the first. */
  generation(number: number): Promise<Views>
  /** Everything the engine held is gone. @returns the views to go on with */
  lose(): Promise<Views>
}

export const shard: Shard = { topic: 'readings', partition: 3 }
export const otherShard: Shard = { topic: 'activity', partition: 3 }

/** A commit of nothing but what is told. */
export const batch = (told: Partial<Commit>): Commit => ({
  expected: 0,
  next: 1,
  documents: [],
  members: [],
  changed: new Map(),
  ...told,
})

export const text = (value: string): Uint8Array => new TextEncoder().encode(value)
export const changed = (tenant: string, ...patients: string[]) => new Map([[tenant, new Set(patients)]])
export const unavailable = (error: unknown): boolean =>
  error instanceof CufflinkError && error.code === 'VIEWS_UNAVAILABLE'

/** What a watcher is told: `next` waits for what comes next. */
export function listener() {
  const told: (Change | 'resync')[] = []
  let wake = Promise.withResolvers<void>()
  const hear = (one: Change | 'resync'): void => {
    told.push(one)
    wake.resolve()
  }
  const watcher: Watcher = { changed: hear, resync: () => hear('resync') }
  return {
    watcher,
    told,
    async next(): Promise<Change | 'resync'> {
      if (told.length === 0) await wake.promise
      wake = Promise.withResolvers<void>()
      return told.shift()!
    },
  }
}

/**
 * A tracker in small: it counts facts `0…end` into one document, in batches of ten, on the watermark it remembers; a mismatch
 * sends it back to the watermark, as design rule 3 says. @returns the tally it leaves
 */
export async function countTo(end: number, views: Views, tracker: { watermark: number }): Promise<number> {
  while (tracker.watermark < end) {
    const expected = tracker.watermark
    const next = Math.min(end, expected + 10)
    const documents = [{ key: 'tally', bytes: text(String((await tally(views)) + next - expected)) }]
    const result = await views.commit(shard, batch({ expected, next, documents }))
    tracker.watermark = result.outcome === 'committed' ? next : result.watermark
  }
  return tally(views)
}

async function tally(views: Views): Promise<number> {
  const [bytes] = await views.load(shard, ['tally'])
  return Number(new TextDecoder().decode(bytes))
}

/** Bytes as they are compared: a driver may return a Buffer. */
export function plain(bytes: Uint8Array | undefined): Uint8Array | undefined {
  return bytes && Uint8Array.from(bytes)
}
