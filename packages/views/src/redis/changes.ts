import type { Views, Watcher } from '../port.ts'
import { createWatchers } from '../watchers.ts'
import { openChannels } from './channels.ts'
import type { RedisConnection } from './client.ts'

/** How often the subscriptions are looked after, beyond what the driver tells. */
const BEAT_MS = 5000

export type ChangesOptions = {
  readonly connection: RedisConnection
  /** A practice's channels. */
  channelsOf(tenant: string): string[]
  /** For each slot that has such a channel, one that nothing is said on. */
  readonly silences: readonly string[]
}

/** Watches practices: each has a channel in every slot, so that a change is announced by the script that writes it. */
export function followChanges({
  connection,
  channelsOf,
  silences,
}: ChangesOptions): Pick<Views, 'watch'> & { close(): void } {
  const { client, attempt } = connection
  const watchers = createWatchers()
  /** For each practice that is watched, its subscription, under way or in place. */
  const subscriptions = new Map<string, Promise<void>>()
  const tenants = new Map<string, string>()
  /** How often announcements may have been missed, and of how many of those the watchers know. */
  let losses = 0
  let healed = 0

  const channels = openChannels(client, {
    silences,
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

/** The patients of a message; `undefined` when someone else wrote it. */
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
