import type { Shard, Views } from '@cufflink/views'
import { noteOf } from './lease-note.ts'
import type { Running } from './owner.ts'

export type RenewingOptions = {
  readonly leases: Pick<Views['leases'], 'renew'>
  shardOf(name: string): Shard
  readonly holder: string
  readonly leaseMs: number
  /** How long a timer has run by now, in ms of work. */
  elapsed(running: Running): number
  /** Someone else has the lease: they wrote the timer's end down, and anything of ours after that would add nothing. */
  lost(name: string, running: Running): void
}

/** Renews the leases of timers, by name, of which there is something new to say, or that were not renewed for a while. */
export function createRenewing({ leases, shardOf, holder, leaseMs, elapsed, lost }: RenewingOptions) {
  const isDue = (running: Running): boolean => {
    const { noted, timer } = running
    return timer.provenMs > noted.provenMs || elapsed(running) - noted.atMs >= leaseMs / 5
  }

  async function renewShard(shard: Shard, held: readonly (readonly [string, Running])[]): Promise<void> {
    const said = held.map(([name, running]) => {
      const { timer } = running
      const atMs = elapsed(running)
      return { name, running, timer, noted: { provenMs: timer.provenMs, atMs }, note: noteOf(timer, atMs) }
    })
    const renewals = said.map(({ name, timer, note }) => ({ name, holder, epoch: timer.epoch, note }))
    const gone = new Set(await leases.renew(shard, renewals, leaseMs))
    for (const { name, running, timer, noted } of said) {
      if (!gone.has(name)) running.noted = noted
      else if (running.timer.epoch === timer.epoch) lost(name, running)
    }
  }

  return async (timers: ReadonlyMap<string, Running>): Promise<void> => {
    const due = [...timers].filter(([, running]) => isDue(running))
    const shards = Map.groupBy(due, ([name]) => shardOf(name).partition)
    await Promise.all([...shards.values()].map((held) => renewShard(shardOf(held[0]![0]), held)))
  }
}
