import { type Fact, rowOf } from '@cufflink/contracts'
import { hadSeveralPatients, type RegisteredDevice, type Registry } from '@cufflink/directory'
import type { Logger } from '@cufflink/runtime'
import { repeat } from '@cufflink/runtime'
import { movingShard, notMovedKey, type Views } from '@cufflink/views'
import { type SettleOptions, settleDevice } from './settle-device.ts'

const LOOK_EVERY_MS = 1_000
/** A device that keeps failing is looked at about once a minute. */
const MAX_TURNS_LEFT = 64

export type MovedReadingsOptions = SettleOptions & {
  readonly registry: Pick<Registry, 'all' | 'find' | 'onChange'>
  readonly views: Pick<Views, 'watermark' | 'load' | 'commit'>
  readonly logger: Logger
}

export type MovingReadings = {
  /** Readings have come. The gateway that took them may not have known who has the device by now: the device is looked at. */
  folded(facts: readonly Fact[]): void
  lookAtAll(): void
  stop(): void
}

/** A device that is to be looked at; one that failed is left alone for some turns. */
type Pending = { readonly failures: number; readonly turnsLeft: number }
const afresh: Pending = { failures: 0, turnsLeft: 0 }

/**
 * Has each reading of a device counted for one patient (ADR 19). A device that more than one patient had is looked at when its record
 * changes and when it sends a reading, and all of them at every start. One that fails is tried again, ever more seldom, and holds up no
 * other; the operations page says which.
 */
export function moveReadings(options: MovedReadingsOptions): MovingReadings {
  const { registry, views, ledger, logger } = options
  const pending = new Map<string, Pending>()
  const mark = (device: RegisteredDevice | undefined, as: Pending): void => {
    if (device !== undefined && hadSeveralPatients(device)) pending.set(device.device, as)
  }
  const lookAtAll = (): void => {
    for (const device of registry.all()) mark(device, afresh)
  }
  lookAtAll()
  const forget = registry.onChange((device) => mark(device, afresh))

  async function look(name: string, one: Pending): Promise<void> {
    if (one.turnsLeft > 0) {
      pending.set(name, { ...one, turnsLeft: one.turnsLeft - 1 })
      return
    }
    const device = registry.find(name)
    try {
      if (device !== undefined) await settleDevice(device, options)
      await say(name, false)
    } catch (error) {
      // While the views are away or behind, no device is at fault: the turn ends, and the next one tries them all, this one last.
      if (rowOf(error).class === 'transient') {
        const marked = pending.get(name) ?? one
        pending.delete(name)
        pending.set(name, marked)
        throw error
      }
      const failures = one.failures + 1
      pending.set(name, { failures, turnsLeft: Math.min(2 ** failures, MAX_TURNS_LEFT) })
      const { code } = rowOf(error)
      logger.warn('readings of a device were not moved', { code, attempt: failures, error })
      await say(name, true)
      return
    }
    // What was marked again meanwhile is looked at again.
    if (pending.get(name) === one) pending.delete(name)
  }

  /** Another tracker may have said it, and ended. */
  async function say(device: string, isStuck: boolean): Promise<void> {
    const shard = movingShard(ledger.partitionOf(device))
    const key = notMovedKey(device)
    const [said] = await views.load(shard, [key])
    if ((said?.[0] === 1) === isStuck) return
    const at = await views.watermark(shard)
    const documents = [{ key, bytes: Uint8Array.of(Number(isStuck)) }]
    await views.commit(shard, { expected: at, next: at, documents, members: [], changed: new Map() })
  }

  const stop = repeat(LOOK_EVERY_MS, async () => {
    for (const [name, one] of pending) await look(name, one)
  })
  return {
    folded(facts) {
      for (const { type, data } of facts)
        if (type === 'reading.recorded')
          mark(registry.find(data.reading.device), { ...(pending.get(data.reading.device) ?? afresh) })
    },
    lookAtAll,
    stop() {
      forget()
      stop()
    },
  }
}
