import type { Reading } from '@cufflink/contracts'
import { contentOf } from '@cufflink/devices'

/** The way back to a device: while it is open, what is durable is acknowledged on it. */
export type ReturnPath = { readonly open: boolean }

/** Beyond it the device that has most of them forgets its oldest: sent again, that counts as one that was never seen. */
const MAX_REMEMBERED = 10_000
/** How long after it is durable, or was given up undated, a copy may still come from a device that was not told. An equal reading later is a new one. */
const COPY_WITHIN_MS = 60 * 60_000

/** When a reading came, by the stopwatch, and on which connection. */
type Sending = { readonly arrivedAt: number; readonly answer: ReturnPath }
type Waiting = {
  readonly key: string
  readonly device: string
  readonly arrivedAt: number
  seenOn: ReturnPath
  receivedAt?: number
  durableAt?: number
  lapsedAt?: number | undefined
}

/**
 * Readings without a clock and without a name that were not acknowledged yet. One that is sent again, after the ledger was away over a
 * midnight, keeps the instant at which it first came in. A device sends each reading once on a connection, so that equal ones are
 * matched one for one: the second on the same connection is a second measurement.
 */
export type Unacknowledged = {
  readonly size: number
  /** The reading, dated when it first came in; `settle` when it is durable. */
  first(reading: Reading, sending: Sending): { readonly reading: Reading; settle(): void }
  /** It came, was given up before it could be dated, and may come again. */
  lapsed(reading: Reading, sending: Sending): void
}

/** @param stopwatch ms that only go forward */
export function rememberUnacknowledged(stopwatch: () => number): Unacknowledged {
  const waiting = new Map<string, Waiting[]>()
  /** Of each device, in the order in which they came. */
  const perDevice = new Map<string, Set<Waiting>>()
  let size = 0

  function forget(entry: Waiting): void {
    const { key, device } = entry
    const entries = waiting.get(key)
    const at = entries?.indexOf(entry) ?? -1
    if (entries === undefined || at < 0) return
    entries.splice(at, 1)
    size -= 1
    if (entries.length === 0) waiting.delete(key)
    const own = perDevice.get(device)
    own?.delete(entry)
    if (own?.size === 0) perDevice.delete(device)
  }

  function enter(entry: Waiting): void {
    waiting.getOrInsertComputed(entry.key, () => []).push(entry)
    perDevice.getOrInsertComputed(entry.device, () => new Set()).add(entry)
    size += 1
    if (size > MAX_REMEMBERED) for (const oldest of most()) return forget(oldest)
  }

  const most = (): ReadonlySet<Waiting> =>
    perDevice.values().reduce((one, other) => (other.size > one.size ? other : one))

  function mayBe({ arrivedAt, answer }: Sending, { seenOn, durableAt, lapsedAt }: Waiting): boolean {
    const doneAt = durableAt ?? lapsedAt
    const isSoon = doneAt === undefined || arrivedAt - doneAt <= COPY_WITHIN_MS
    return isSoon && seenOn !== answer && !seenOn.open
  }

  /** The oldest of its kind that was lost with another connection, or a new one. */
  function entryOf(reading: Reading, sending: Sending): Waiting {
    const { arrivedAt, answer } = sending
    const { device } = reading
    const key = `${device}|${contentOf(reading)}`
    const known = waiting.get(key)?.find((entry) => mayBe(sending, entry))
    const entry = known ?? { key, device, arrivedAt, seenOn: answer }
    entry.seenOn = answer
    if (known === undefined) enter(entry)
    return entry
  }

  return {
    get size() {
      return size
    },
    lapsed(reading, sending) {
      if (!isNamed(reading)) entryOf(reading, sending).lapsedAt = stopwatch()
    },
    first(reading, sending) {
      if (isNamed(reading)) return { reading, settle: () => undefined }
      const entry = entryOf(reading, sending)
      entry.lapsedAt = undefined
      // Once it is dated it stays so, whatever the clock is set to: the date is its identity.
      entry.receivedAt ??= reading.gatewayReceivedAt - Math.round(sending.arrivedAt - entry.arrivedAt)
      const { receivedAt } = entry
      return {
        reading: { ...reading, measuredAt: receivedAt, gatewayReceivedAt: receivedAt },
        settle() {
          entry.durableAt ??= stopwatch()
          if (entry.seenOn.open) forget(entry)
        },
      }
    },
  }
}

/** Whether something but its arrival tells it from an equal one. */
const isNamed = ({ clockQuality, recordId }: Reading): boolean =>
  clockQuality !== 'receipt' || recordId !== undefined
