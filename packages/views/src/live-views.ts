import { createStopwatch } from '@cufflink/runtime'
import type { CommitOutcome, Evaluations, Shard, Views, Watcher } from './port.ts'

/** How often it is asked which generation is live. */
const LOOK_EVERY_MS = 500
/** For so long an answer may be relied on. A process that was held up for longer asks again before it reads or writes anything. */
const RELIED_ON_MS = 5_000
/** How long after a flip no one reads the generation that was live before. */
export const UNREAD_AFTER_MS = 2 * RELIED_ON_MS
/** Longer than any call takes. */
const CLOSED_AFTER_MS = 3_000

export type LiveViewsOptions = {
  /** Where to begin; which generation is live is asked of it. */
  readonly first: number
  open(generation: number): Promise<Views>
  /** Told what a watcher threw. It ends nothing else. */
  watcherFailed?(error: unknown): void
}

/**
 * The views in the generation that is live, and in the next one once that is: then all who watch are told to read everything again. What was
 * read of one generation is written to no other: such a commit is a mismatch, such an evaluation `older`.
 */
export async function openLiveViews(options: LiveViewsOptions): Promise<Views> {
  const live = await followLive(options)
  const { read, write, writeMadeFrom, watch } = live
  const mismatch = async (shard: Shard): Promise<CommitOutcome> => ({
    outcome: 'mismatch',
    watermark: await read((views) => views.watermark(shard)),
  })
  return {
    get engine() {
      return live.current.views.engine
    },
    get generation() {
      return live.current.generation
    },
    watermark: (shard) => read((views) => views.watermark(shard)),
    load: (shard, keys) => read((views) => views.load(shard, keys)),
    members: (shard, set) => read((views) => views.members(shard, set)),
    commit: (shard, commit) =>
      writeMadeFrom(
        commit.generation,
        (views) => views.commit(shard, commit),
        () => mismatch(shard),
      ),
    reset: (shard, expected, madeFrom) =>
      writeMadeFrom(
        madeFrom,
        (views) => views.reset(shard, expected),
        () => mismatch(shard),
      ),
    watch: (tenant, watcher) => watch(watcher, (views, guarded) => views.watch(tenant, guarded)),
    evaluations: liveEvaluations(live),
    leases: {
      take: (...claim) => write(({ leases }) => leases.take(...claim)),
      takeFree: (...claim) => write(({ leases }) => leases.takeFree(...claim)),
      renew: (...renewals) => write(({ leases }) => leases.renew(...renewals)),
      release: (...lease) => write(({ leases }) => leases.release(...lease)),
      expired: (...which) => write(({ leases }) => leases.expired(...which)),
      find: (...which) => write(({ leases }) => leases.find(...which)),
    },
    generations: {
      live: () => write(({ generations }) => generations.live()),
      flip: (from, to) => write(({ generations }) => generations.flip(from, to)),
      hold: (ms) => write(({ generations }) => generations.hold(ms)),
      remove: (generation) => write(({ generations }) => generations.remove(generation)),
    },
    ping: () => write((views) => views.ping()),
    close: () => live.close(),
  }
}

const liveEvaluations = ({ read, write, writeMadeFrom, watch }: Live): Evaluations => ({
  marked: (partition) => read(({ evaluations }) => evaluations.marked(partition)),
  marksOf: (...which) => read(({ evaluations }) => evaluations.marksOf(...which)),
  mark: (...which) => write(({ evaluations }) => evaluations.mark(...which)),
  unmark: (partition, marks, readIn) =>
    writeMadeFrom(
      readIn,
      ({ evaluations }) => evaluations.unmark(partition, marks),
      () => undefined,
    ),
  late: (...which) => read(({ evaluations }) => evaluations.late(...which)),
  markLate: (...which) => write(({ evaluations }) => evaluations.markLate(...which)),
  unmarkLate: (partition, marks, readIn) =>
    writeMadeFrom(
      readIn,
      ({ evaluations }) => evaluations.unmarkLate(partition, marks),
      () => undefined,
    ),
  due: (...which) => read(({ evaluations }) => evaluations.due(...which)),
  conclude: (partition, evaluated) =>
    writeMadeFrom(
      evaluated.asOf.generation,
      ({ evaluations }) => evaluations.conclude(partition, evaluated),
      () => 'older',
    ),
  replace: (partition, name, replacement) =>
    writeMadeFrom(
      replacement.generation,
      ({ evaluations }) => evaluations.replace(partition, name, replacement),
      () => 'other',
    ),
  tallies: (...which) => read(({ evaluations }) => evaluations.tallies(...which)),
  counts: (...which) => read(({ evaluations }) => evaluations.counts(...which)),
  watch: (tenant, watcher) =>
    watch(watcher, ({ evaluations }, guarded) => evaluations.watch(tenant, guarded)),
})

type Opened = { readonly generation: number; readonly views: Views }
type Live = Awaited<ReturnType<typeof followLive>>

/** Which generation is live, asked twice a second and before an answer that is too old is relied on. */
async function followLive({ first, open, watcherFailed }: LiveViewsOptions) {
  const stopwatch = createStopwatch()
  const watching = createWatching(watcherFailed)
  const former = createFormer()
  let current: Opened = { generation: first, views: await open(first) }
  let reliedOnUntil = Number.NEGATIVE_INFINITY
  let asking: Promise<void> | undefined
  const looking = setInterval(() => void confirm().catch(() => undefined), LOOK_EVERY_MS).unref()

  function confirm(): Promise<void> {
    asking ??= ask().finally(() => {
      asking = undefined
    })
    return asking
  }

  async function ask(): Promise<void> {
    const askedAt = stopwatch()
    const live = await current.views.generations.live()
    if (live !== current.generation) await moveTo(live)
    reliedOnUntil = askedAt + RELIED_ON_MS
  }

  /** Watchers hear the next generation before anything is read of it, so that they miss nothing. */
  async function moveTo(generation: number): Promise<void> {
    const next = { generation, views: await open(generation) }
    const use = (): void => {
      former.closeLater(current.views)
      current = next
    }
    await watching.hear(next.views, use).catch((error: unknown) => {
      former.closeLater(next.views)
      throw error
    })
  }

  async function confirmed(): Promise<Opened> {
    if (stopwatch() >= reliedOnUntil) await confirm()
    return current
  }

  /** What was read while another generation became live is read again there. */
  async function read<Value>(operation: (views: Views) => Promise<Value>): Promise<Value> {
    for (;;) {
      const used = await confirmed()
      try {
        const value = await operation(used.views)
        if (used === current) return value
      } catch (error) {
        if (used === current) throw error
      }
    }
  }

  return {
    get current() {
      return current
    },
    read,
    write: async <Value>(operation: (views: Views) => Promise<Value>): Promise<Value> =>
      operation((await confirmed()).views),
    /** Writes what was made from a generation (from the live one, unless told) only to that one. */
    async writeMadeFrom<Value>(
      madeFrom: number | undefined,
      operation: (views: Views) => Promise<Value>,
      otherwise: () => Value | Promise<Value>,
    ): Promise<Value> {
      const { generation, views } = await confirmed()
      return (madeFrom ?? generation) === generation ? operation(views) : otherwise()
    },
    async watch(watcher: Watcher, hear: Hear): Promise<() => void> {
      for (;;) {
        const on = await confirmed()
        const watched = await watching.begin(on.views, watcher, hear)
        if (on === current) return watching.keep(watched)
        watched.stop()
      }
    },
    async close(): Promise<void> {
      clearInterval(looking)
      watching.clear()
      await asking?.catch(() => undefined)
      await former.close()
      await current.views.close()
    },
  }
}

type Hear = (views: Views, watcher: Watcher) => Promise<() => void>
type Watched = { stop: () => void; readonly watcher: Watcher; readonly hear: Hear }

/** Who watches. What one of them throws is its own fault, and reaches no one else. */
function createWatching(failed: (error: unknown) => void = () => undefined) {
  const all = new Set<Watched>()
  const guarded =
    <Given extends unknown[]>(act: (...given: Given) => void) =>
    (...given: Given): void => {
      try {
        act(...given)
      } catch (error) {
        failed(error)
      }
    }
  return {
    async begin(views: Views, { changed, resync }: Watcher, hear: Hear): Promise<Watched> {
      const watcher = { changed: guarded(changed), resync: guarded(resync) }
      return { watcher, hear, stop: await hear(views, watcher) }
    },
    keep(one: Watched): () => void {
      all.add(one)
      return () => {
        all.delete(one)
        one.stop()
      }
    },
    /** Leaves what they heard before, and has them read everything again. @param use is called in the step in which all of them hear the new views */
    async hear(views: Views, use: () => void): Promise<void> {
      const stops = new Map<Watched, () => void>()
      // Those who begin to watch meanwhile are among them.
      for (const one of all) stops.set(one, await one.hear(views, one.watcher))
      use()
      for (const [one, stop] of stops) {
        if (!all.has(one)) {
          stop()
          continue
        }
        one.stop()
        one.stop = stop
        queueMicrotask(() => one.watcher.resync())
      }
    },
    clear: (): void => all.clear(),
  }
}

/** Views that are no longer, or never were, the live ones: calls that are under way there end by themselves. */
function createFormer() {
  const closing = new Set<() => Promise<void>>()
  return {
    closeLater(views: Views): void {
      const close = async (): Promise<void> => {
        clearTimeout(timer)
        closing.delete(close)
        await views.close()
      }
      const timer = setTimeout(() => void close().catch(() => undefined), CLOSED_AFTER_MS).unref()
      closing.add(close)
    },
    close: (): Promise<unknown> => Promise.all([...closing].map((close) => close())),
  }
}
