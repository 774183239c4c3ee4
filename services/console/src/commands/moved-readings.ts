import { type Alarm, type FactOf, failure, rowOf } from '@cufflink/contracts'
import type { RegisteredDevice, Registry } from '@cufflink/ledger'
import type { Logger } from '@cufflink/runtime'
import { repeat } from '../repeat.ts'
import { type SettleOptions, settleDevice } from './settle-device.ts'

const LOOK_EVERY_MS = 1_000
/** A device that keeps failing is looked at about once a minute. */
const MAX_TURNS_LEFT = 64

export type MovedReadingsOptions = SettleOptions & {
  readonly registry: Pick<Registry, 'all' | 'onChange'>
  readonly logger: Logger
}

/** The moving of readings, and what of it a person must see to. */
export type MovingReadings = {
  /** A reading has come. The gateway that took it may not have known who has the device by now: the device is looked at. */
  recorded(fact: FactOf<'reading.recorded'>): void
  lookAtAll(): void
  alarmsOf(practice: string): readonly Alarm[]
  stop(): void
}

/** A device that is to be looked at; one that failed is left alone for some turns. */
type Pending = { readonly failures: number; readonly turnsLeft: number }
const afresh: Pending = { failures: 0, turnsLeft: 0 }

/**
 * Has each reading of a device counted for one patient (ADR 19). A device that more than one patient had is looked at when its record
 * changes and when it sends a reading, and all of them at every start. One that fails is tried again, ever more seldom, and holds up no
 * other.
 */
export function moveReadings(options: MovedReadingsOptions): MovingReadings {
  const { registry, logger } = options
  const pending = new Map<string, Pending>()
  const mark = (device: RegisteredDevice | undefined, as: Pending): void => {
    if (device !== undefined && wasSeveralPatients(device)) pending.set(device.device, as)
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
    } catch (error) {
      // While the views are away or behind, no device is at fault: the turn ends, and the next one tries them all.
      if (rowOf(error).class === 'transient') throw error
      const failures = one.failures + 1
      pending.set(name, { failures, turnsLeft: Math.min(2 ** failures, MAX_TURNS_LEFT) })
      const { code } = rowOf(error)
      logger.warn('readings of a device were not moved', { code, attempt: failures, error })
      return
    }
    // What was marked again meanwhile is looked at again.
    if (pending.get(name) === one) pending.delete(name)
  }

  const stop = repeat(LOOK_EVERY_MS, async () => {
    for (const [name, one] of pending) await look(name, one)
  })
  return {
    recorded({ data: { reading } }) {
      mark(registry.find(reading.device), { ...(pending.get(reading.device) ?? afresh) })
    },
    lookAtAll,
    alarmsOf(practice) {
      const { code, message } = failure('READINGS_NOT_MOVED')
      return [...pending].flatMap(([name, { failures }]) =>
        failures > 0 && registry.find(name)?.tenant === practice
          ? [{ code, message: `${message} It is ${name}.` }]
          : [],
      )
    },
    stop() {
      forget()
      stop()
    },
  }
}

const wasSeveralPatients = ({ assignments }: RegisteredDevice): boolean =>
  new Set(assignments.map(({ patient }) => patient)).size > 1
