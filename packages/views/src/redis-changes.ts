import type { RedisKeys } from './keys.ts'
import type { Shard, Views, Watcher } from './port.ts'
import { openChannels } from './redis-channels.ts'
import type { RedisConnection } from './redis-client.ts'
import { createWatchers } from './watchers.ts'

/** How often the subscriptions are looked after, beyond what the driver tells. */
const BEAT_MS = 5000

export type ChangesOptions = {
  readonly connection: RedisConnection
  readonly keys: RedisKeys
  readonly partitions: number
}

/** Watches practices: each has a channel in every shard, so that a change is announced by the script that commits it. */
export function followChanges({
  connection,
  keys,
  partitions,
}: ChangesOptions): Pick<Views, 'watch'> & { close(): void } {
  const { client, attempt } = connection
  const shards = shardsOf(partitions)
  const watchers = createWatchers()
  /** For each practice that is watched, its subscription, under way or in place. */
  const subscriptions = new Map<string, Promise<void>>()
  const tenants = new Map<string, string>()
  const channelsOf = (tenant: string): string[] => shards.map((shard) => keys.channel(shard, tenant))
  /** How often announcements may have been missed, and of how many of those the watchers know. */
  let losses = 0
  let healed = 0

  const channels = openChannels(client, {
    silences: shards.map((shard) => keys.silence(shard)),
    lost: () => {
      losses += 1
    },
    back: () => void heal(),
    message(channel, text) {
      const tenant = tenants.get(channel)
      if (tenant === undefined) return
      const patients = decode(text)
      if (patients === undefined) watchers.resync()
      else watchers.announce({ tenant, patients })
    },
  })
  const beat = setInterval(() => void heal(), BEAT_MS).unref()

  async function heal(): Promise<void> {
    if (subscriptions.size === 0) return
    const known = losses
    try {
      await attempt(() => channels.confirm())
    } catch {
      return // the next beat tries again
    }
    if (healed >= known) return
    healed = known
    watchers.resync()
  }

  function subscribe(tenant: string): Promise<void> {
    const names = channelsOf(tenant)
    for (const name of names) tenants.set(name, tenant)
    const subscription = attempt(() => channels.subscribe(names))
    subscriptions.set(tenant, subscription)
    return subscription
  }

  function unsubscribe(tenant: string): void {
    const names = channelsOf(tenant)
    for (const name of names) tenants.delete(name)
    subscriptions.delete(tenant)
    const leave = async (): Promise<void> => {
      if (!watchers.watches(tenant)) await channels.unsubscribe(names)
    }
    attempt(leave).catch(() => undefined) // still subscribed, the channels are heard and ignored
  }

  return {
    async watch(tenant: string, watcher: Watcher) {
      const remove = watchers.add(tenant, watcher)
      const stop = (): void => {
        if (remove()) unsubscribe(tenant)
      }
      try {
        await (subscriptions.get(tenant) ?? subscribe(tenant))
      } catch (error) {
        stop()
        throw error
      }
      return stop
    },
    close() {
      clearInterval(beat)
      watchers.clear()
      channels.close()
    },
  }
}

const shardsOf = (partitions: number): Shard[] =>
  (['readings', 'activity'] as const).flatMap((topic) =>
    Array.from({ length: partitions }, (_, partition) => ({ topic, partition })),
  )

/** The patients of a message; `undefined` when somebody else wrote it. */
function decode(text: string): string[] | undefined {
  try {
    const patients: unknown = JSON.parse(text)
    return Array.isArray(patients) && patients.every((each) => typeof each === 'string')
      ? patients
      : undefined
  } catch {
    return undefined
  }
}
