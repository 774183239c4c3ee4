import type { ErrorCode } from '@cufflink/contracts'
import type { Connection } from './connection.ts'

/** A peer that does not read its PUBACKs for so long will not, whatever keep-alive it asked for. */
const UNREAD_MS = 60_000

export type Clocked = Pick<Connection, 'client' | 'openedAt' | 'lastPacketAt' | 'unreadSince' | 'held'>

export type Limits = {
  /** By the stopwatch (`performance.now`): a wall clock that is set forward would close every connection at once. */
  readonly now: number
  readonly connectDeadlineMs: number
  /** Whether the whole gateway has as much under way as it may. */
  readonly congested: boolean
}

/**
 * Why the time of a connection is over, if it is. Control packets count, not bytes: the parts of one that never ends keep
 * nothing open [MQTT-3.1.2-24]. Silence is no fault of a device that the gateway does not read.
 */
export function overdue(connection: Clocked, limits: Limits): ErrorCode | undefined {
  const { client, openedAt, lastPacketAt, unreadSince, held } = connection
  const { now, connectDeadlineMs, congested } = limits
  if (client === undefined) return now - openedAt > connectDeadlineMs ? 'CONNECT_TIMEOUT' : undefined
  const allowedMs = client.silenceAllowedMs
  if (unreadSince !== undefined && now - unreadSince > Math.min(allowedMs, UNREAD_MS)) return 'WAIT_EXPIRED'
  if (held || congested) return undefined
  return now - lastPacketAt > allowedMs ? 'KEEP_ALIVE_TIMEOUT' : undefined
}
