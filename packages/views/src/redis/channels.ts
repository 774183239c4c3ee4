import { Cluster, type Redis } from 'ioredis'

/** The connections that sharded channels are heard on. */
export type Channels = {
  /** Resolves when every message from now on will be heard. */
  subscribe(channels: readonly string[]): Promise<void>
  unsubscribe(channels: readonly string[]): Promise<void>
  /** Resolves when all that is subscribed is heard; rejects while some of it is not. */
  confirm(): Promise<void>
  close(): void
}

export type Told = {
  message(channel: string, text: string): void
  /** Messages may be missed from here on. */
  lost(): void
  /** It may be worth to confirm. */
  back(): void
}

export type ChannelOptions = Told & {
  /** One channel of each shard, that no one speaks on. */
  readonly silences: readonly string[]
}

export const openChannels = (client: Redis | Cluster, options: ChannelOptions): Channels =>
  client instanceof Cluster ? ofCluster(client, options) : ofNode(client, options)

/** One more connection, made when the first channel is wanted. */
function ofNode(main: Redis, { message, lost, back }: Told): Channels {
  // The driver's own resubscription drops its promise: `confirm` does it.
  const connection = main.duplicate({ autoResubscribe: false, lazyConnect: true })
  const wanted = new Set<string>()
  connection.on('error', () => undefined) // told by `close`
  connection.on('smessage', message)
  connection.on('close', lost)
  connection.on('ready', back)
  return {
    async subscribe(channels) {
      for (const channel of channels) wanted.add(channel)
      await connection.ssubscribe(...channels)
    },
    async unsubscribe(channels) {
      for (const channel of channels) wanted.delete(channel)
      await connection.sunsubscribe(...channels)
    },
    async confirm() {
      if (wanted.size > 0) await connection.ssubscribe(...wanted)
    },
    close: () => connection.disconnect(),
  }
}

/**
 * The driver keeps a connection per master and moves subscriptions with the slots. It says `subscribersReady` when it has
 * asked for them again, not when it was answered. Connections answer in order, so `confirm` asks each shard's to leave a
 * channel that no one is on; twice, as a connection still being made hears the driver's own request after ours.
 */
function ofCluster(cluster: Cluster, { message, lost, back, silences }: ChannelOptions): Channels {
  cluster.on('smessage', message)
  cluster.on('-node', (_connection, subscriberOf?: string) => {
    if (subscriberOf !== undefined) lost()
  })
  cluster.on('subscribersReady', () => {
    lost() // also when slots moved, which nothing else tells
    back()
  })
  const each = async (channels: readonly string[], verb: 'ssubscribe' | 'sunsubscribe'): Promise<void> => {
    await Promise.all(channels.map((channel) => cluster[verb](channel)))
  }
  return {
    subscribe: (channels) => each(channels, 'ssubscribe'),
    unsubscribe: (channels) => each(channels, 'sunsubscribe'),
    async confirm() {
      await each(silences, 'sunsubscribe')
      await each(silences, 'sunsubscribe')
    },
    close: () => undefined, // with the cluster's
  }
}
