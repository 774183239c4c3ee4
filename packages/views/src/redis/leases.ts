import { randomUUID } from 'node:crypto'
import type { ClientContext, Cluster, Redis, Result } from 'ioredis'
import { type Claim, type Lease, type Leases, RELEASED_KEPT_MS, type Taken } from '../leases.ts'
import type { Shard } from '../port.ts'
import type { RedisConnection } from './client.ts'
import type { RedisKeys } from './keys.ts'
import { expiredScript, findScript, releaseScript, renewScript, takeScript } from './lease-scripts.ts'

type Told = readonly [holder: string, epoch: string, note: string, leftMs: number]
type TakenReply = readonly [epoch: string] | readonly [epoch: string, ...before: Told]
type HeldReply = readonly [epoch: null, ...held: Told]
type Arguments = readonly (string | number)[]

declare module 'ioredis' {
  /** Keys and arguments, and what is answered, as the headers of the scripts say. */
  interface RedisCommander<Context extends ClientContext> {
    takeLease(...args: Arguments): Result<TakenReply, Context>
    takeFreeLease(...args: Arguments): Result<TakenReply | HeldReply, Context>
    renewLeases(...args: Arguments): Result<string[], Context>
    releaseLease(...args: Arguments): Result<0 | 1, Context>
    expiredLeases(...args: Arguments): Result<readonly [name: string, ...Told][], Context>
    findLease(...args: Arguments): Result<Told | null, Context>
  }
}

/** Teaches a client the scripts. @param renewGuard see `renewScript` */
export function defineLeaseCommands(client: Redis | Cluster, renewGuard: string): void {
  client.defineCommand('takeLease', { numberOfKeys: 3, lua: takeScript('true') })
  client.defineCommand('takeFreeLease', { numberOfKeys: 3, lua: takeScript('left <= 0') })
  client.defineCommand('renewLeases', { numberOfKeys: 3, lua: renewScript(renewGuard) })
  client.defineCommand('releaseLease', { numberOfKeys: 3, lua: releaseScript })
  client.defineCommand('expiredLeases', { numberOfKeys: 2, lua: expiredScript })
  client.defineCommand('findLease', { numberOfKeys: 2, lua: findScript })
}

export type RedisLeasesOptions = {
  readonly connection: RedisConnection
  readonly keys: RedisKeys
  readonly renewGuard: string
}

/** Leases beside the views, on their connection. */
export function redisLeases({ connection, keys, renewGuard }: RedisLeasesOptions): Leases {
  const { client, attempt } = connection
  defineLeaseCommands(client, renewGuard)
  const read = (shard: Shard) => [keys.leases(shard), keys.leaseEnds(shard)] as const
  const written = (shard: Shard) => [...read(shard), keys.leasesReleased(shard)] as const
  const claimed = (shard: Shard, name: string, { holder, note, ttlMs }: Claim): Arguments => {
    return [...written(shard), name, holder, note, ttlMs, randomUUID()]
  }

  return {
    async take(shard, name, claim) {
      const call = claimed(shard, name, claim)
      return takenOf(name, await attempt(() => client.takeLease(...call)))
    },
    async takeFree(shard, name, claim) {
      const call = claimed(shard, name, claim)
      const reply = await attempt(() => client.takeFreeLease(...call))
      return isHeld(reply) ? { held: leaseOf(name, toldOf(reply)) } : takenOf(name, reply)
    },
    async renew(shard, leases, ttlMs) {
      if (leases.length === 0) return []
      const each = leases.flatMap(({ name, holder, epoch, note }) => [name, holder, epoch, note])
      return attempt(() => client.renewLeases(...written(shard), ttlMs, ...each))
    },
    async release(shard, name, epoch) {
      const call = [...written(shard), name, epoch, RELEASED_KEPT_MS]
      return (await attempt(() => client.releaseLease(...call))) === 1
    },
    async expired(shard, limit) {
      const found = await attempt(() => client.expiredLeases(...read(shard), limit))
      return found.map(([name, ...told]) => leaseOf(name, told))
    },
    async find(shard, name) {
      const told = await attempt(() => client.findLease(...read(shard), name))
      return told === null ? undefined : leaseOf(name, told)
    },
  }
}

const isHeld = (reply: TakenReply | HeldReply): reply is HeldReply => reply[0] === null

const toldOf = ([, ...told]: HeldReply): Told => told

function takenOf(name: string, [epoch, ...before]: TakenReply): Taken {
  if (before.length === 0) return { epoch: Number(epoch) }
  return { epoch: Number(epoch), before: leaseOf(name, before) }
}

const leaseOf = (name: string, [holder, epoch, note, leftMs]: Told): Lease => {
  return { name, holder, epoch: Number(epoch), note, leftMs }
}
