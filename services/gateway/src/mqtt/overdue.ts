import type { ErrorCode } from '@cufflink/contracts'
import type { Connection } from './connection.ts'

/** A peer that does not read its PUBACKs for so long will not, whatever keep-alive it asked for. */
const UNREAD_MS = 60_000

/** A device that the gateway cannot keep up with for so long, or whose end it cannot see behind what it has not read. */
const BEHIND_MS = 300_000

export type Clocked = Pick<
  Connection,
  'client' | 'openedAt' | 'lastPacketAt' | 'unreadSince' | 'behindSince' | 'overShare'
>

export type Limits = {
  /** By the stopwatch (`performance.now`): a wall clock that is set forward would close every connection at once. */
  readonly now: number
  readonly connectDeadlineMs: number
}

/**
 * Why a connection has run out of time, if it has. Control packets count, not bytes: the parts of one that never ends keep
 * nothing open [MQTT-3.1.2-24]. Silence is no fault of a device that the gateway does not read; but a socket that is not read
 * does not tell that its peer is gone, so that this has an end too. What it had not read, the device still has.
 */
export function overdue(connection: Clocked, { now, connectDeadlineMs }: Limits): ErrorCode | undefined {
  const { client, openedAt, lastPacketAt, unreadSince, behindSince, overShare } = connection
  if (client === undefined) return now - openedAt > connectDeadlineMs ? 'CONNECT_TIMEOUT' : undefined
  const allowedMs = client.silenceAllowedMs
  if (unreadSince !== undefined && now - unreadSince > Math.min(allowedMs, UNREAD_MS)) return 'WAIT_EXPIRED'
  if (behindSince === undefined) return now - lastPacketAt > allowedMs ? 'KEEP_ALIVE_TIMEOUT' : undefined
  if (now - behindSince <= BEHIND_MS) return undefined
  return overShare ?? 'WAIT_EXPIRED'
}
