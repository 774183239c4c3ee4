import type { Reading } from '@cufflink/contracts'
import { contentOf } from '@cufflink/devices'
import type { Clock } from '@cufflink/runtime'

/** The way back to a device: while it is open, what is durable is acknowledged on it. */
export type ReturnPath = { readonly open: boolean }

/** Beyond it the oldest is forgotten: sent again, it counts as one that was never seen. */
const MAX_REMEMBERED = 10_000
/** How long after it is durable a copy may still come from a device that was not told. An equal reading later is a new one. */
const COPY_WITHIN_MS = 60 * 60_000

type Waiting = { readonly receivedAt: number; seenOn: ReturnPath; durableAt?: number }

/**
 * Readings without a clock and without a name that were not acknowledged yet. One that is sent again, after the ledger was away over a
 * midnight, keeps the instant at which it first came in. A device sends each reading once on a connection, so that equal ones are
 * matched one for one: the second on the same connection is a second measurement.
 */
export type Unacknowledged = {
  readonly size: number
  /** The reading, dated when it first came in; `settle` when it is durable. */
  first(reading: Reading, path: ReturnPath): { readonly reading: Reading; settle(): void }
}

export function rememberUnacknowledged({ now }: Pick<Clock, 'now'>): Unacknowledged {
  const waiting = new Map<string, Waiting[]>()
  let size = 0

  function forget(key: string, entry: Waiting): void {
    const entries = waiting.get(key)
    const at = entries?.indexOf(entry) ?? -1
    if (entries === undefined || at < 0) return
    entries.splice(at, 1)
    size -= 1
    if (entries.length === 0) waiting.delete(key)
  }

  function enter(key: string, entry: Waiting): void {
    waiting.getOrInsertComputed(key, () => []).push(entry)
    size += 1
    const [oldest] = size > MAX_REMEMBERED ? waiting : []
    if (oldest?.[1][0]) forget(oldest[0], oldest[1][0])
  }

  const mayComeAgain = ({ seenOn, durableAt }: Waiting): boolean =>
    !seenOn.open && (durableAt === undefined || now() - durableAt <= COPY_WITHIN_MS)

  return {
    get size() {
      return size
    },
    first(reading, path) {
      if (reading.clockQuality !== 'receipt' || reading.recordId !== undefined)
        return { reading, settle: () => undefined }
      const key = `${reading.device}|${contentOf(reading)}`
      const known = waiting.get(key)?.find(mayComeAgain)
      const entry: Waiting = known ?? { receivedAt: reading.gatewayReceivedAt, seenOn: path }
      entry.seenOn = path
      if (known === undefined) enter(key, entry)
      const { receivedAt } = entry
      return {
        reading: known ? { ...reading, measuredAt: receivedAt, gatewayReceivedAt: receivedAt } : reading,
        settle() {
          entry.durableAt ??= now()
          if (entry.seenOn.open) forget(key, entry)
        },
      }
    },
  }
}
