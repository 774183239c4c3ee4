import { createStopwatch } from '@cufflink/runtime'
import type { CommitOutcome, Shard, Views, Watcher } from './port.ts'

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
}

type Opened = { readonly generation: number; readonly views: Views }
type Watched = {
  stop: () => void
  watch(views: Views): Promise<() => void>
  readonly watcher: Watcher
}

/**
 * The views in the generation that is live, and in the next one once that is: then all who watch are told to read everything again. What was
 * read of one generation is written to no other: such a commit is a mismatch, such an evaluation `older`.
 */
export async function openLiveViews({ first, open }: LiveViewsOptions): Promise<Views> {
  const stopwatch = createStopwatch()
  let current: Opened = { generation: first, views: await open(first) }
  let reliedOnUntil = Number.NEGATIVE_INFINITY
  let asking: Promise<void> | undefined
  const watched = new Set<Watched>()
  const closing = new Set<() => Promise<void>>()

  async function ask(): Promise<void> {
    const askedAt = stopwatch()
    const live = await current.views.generations.live()
    if (live !== current.generation) await moveTo(live)
    reliedOnUntil = askedAt + RELIED_ON_MS
  }

  function confirm(): Promise<void> {
    asking ??= ask().finally(() => {
      asking = undefined
    })
    return asking
  }

  async function confirmed(): Promise<Opened> {
    if (stopwatch() >= reliedOnUntil) await confirm()
    return current
  }

  /** Watchers hear the next generation before anything is read of it, so that they miss nothing. */
  async function moveTo(generation: number): Promise<void> {
    const next = { generation, views: await open(generation) }
    const heard = new Map<Watched, () => void>()
    try {
      // Those who begin to watch meanwhile are among them.
      for (const one of watched) heard.set(one, await one.watch(next.views))
    } catch (error) {
      closeLater(next.views)
      throw error
    }
    closeLater(current.views)
    current = next
    for (const [one, stop] of heard) {
      if (!watched.has(one)) stop()
      else {
        one.stop()
        one.stop = stop
        queueMicrotask(() => one.watcher.resync())
      }
    }
  }

  /** Calls that are under way there end by themselves. */
  function closeLater(views: Views): void {
    const close = async (): Promise<void> => {
      clearTimeout(timer)
      closing.delete(close)
      await views.close()
    }
    const timer = setTimeout(() => void close().catch(() => undefined), CLOSED_AFTER_MS).unref()
    closing.add(close)
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

  const write = async <Value>(operation: (views: Views) => Promise<Value>): Promise<Value> =>
    operation((await confirmed()).views)

  const mismatch = async (shard: Shard): Promise<CommitOutcome> => ({
    outcome: 'mismatch',
    watermark: await read((views) => views.watermark(shard)),
  })

  async function watch(told: Pick<Watched, 'watch' | 'watcher'>): Promise<() => void> {
    for (;;) {
      const on = await confirmed()
      const stop = await told.watch(on.views)
      if (on === current) {
        const one: Watched = { ...told, stop }
        watched.add(one)
        return () => {
          watched.delete(one)
          one.stop()
        }
      }
      stop()
    }
  }

  const looking = setInterval(() => void confirm().catch(() => undefined), LOOK_EVERY_MS).unref()
  return {
    get engine() {
      return current.views.engine
    },
    get generation() {
      return current.generation
    },
    watermark: (shard) => read((views) => views.watermark(shard)),
    load: (shard, keys) => read((views) => views.load(shard, keys)),
    members: (shard, set) => read((views) => views.members(shard, set)),
    async commit(shard, commit) {
      const { generation, views } = await confirmed()
      if ((commit.generation ?? generation) !== generation) return mismatch(shard)
      return views.commit(shard, commit)
    },
    async reset(shard, expected, madeFrom) {
      const { generation, views } = await confirmed()
      if ((madeFrom ?? generation) !== generation) return mismatch(shard)
      return views.reset(shard, expected)
    },
    watch: (tenant, watcher) => watch({ watcher, watch: (views) => views.watch(tenant, watcher) }),
    evaluations: {
      marked: (partition) => read(({ evaluations }) => evaluations.marked(partition)),
      marksOf: (...which) => read(({ evaluations }) => evaluations.marksOf(...which)),
      mark: (...which) => write(({ evaluations }) => evaluations.mark(...which)),
      async unmark(partition, marks, readIn) {
        const { generation, views } = await confirmed()
        if ((readIn ?? generation) === generation) await views.evaluations.unmark(partition, marks)
      },
      late: (...which) => read(({ evaluations }) => evaluations.late(...which)),
      markLate: (...which) => write(({ evaluations }) => evaluations.markLate(...which)),
      async unmarkLate(partition, marks, readIn) {
        const { generation, views } = await confirmed()
        if ((readIn ?? generation) === generation) await views.evaluations.unmarkLate(partition, marks)
      },
      due: (...which) => read(({ evaluations }) => evaluations.due(...which)),
      async conclude(partition, evaluated) {
        const { generation, views } = await confirmed()
        if ((evaluated.asOf.generation ?? generation) !== generation) return 'older'
        return views.evaluations.conclude(partition, evaluated)
      },
      async replace(partition, name, replacement) {
        const { generation, views } = await confirmed()
        if ((replacement.generation ?? generation) !== generation) return 'other'
        return views.evaluations.replace(partition, name, replacement)
      },
      tallies: (...which) => read(({ evaluations }) => evaluations.tallies(...which)),
      counts: (...which) => read(({ evaluations }) => evaluations.counts(...which)),
      watch: (tenant, watcher) =>
        watch({ watcher, watch: ({ evaluations }) => evaluations.watch(tenant, watcher) }),
    },
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
    async close() {
      clearInterval(looking)
      watched.clear()
      await asking?.catch(() => undefined)
      await Promise.all([...closing].map((close) => close()))
      await current.views.close()
    },
  }
}
