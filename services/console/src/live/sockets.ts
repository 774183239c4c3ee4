import { type ErrorCode, failure, rowOf } from '@cufflink/contracts'
import type { Accounts } from '@cufflink/directory'
import { createTokenBucket, wallMs } from '@cufflink/runtime'
import type { WebSocket } from '@fastify/websocket'

/** RFC 6455 §7.4.1, and the registry beside it. */
const CLOSE_POLICY = 1008
const CLOSE_TRY_AGAIN = 1013
const LOOK_MS = 10_000
/** A peer that in so many looks answered no ping, and took nothing of what waits for it, is gone. One that takes something stays, however slow. */
const SILENT_LOOKS = 3
/** How long a peer that is read no more has to take the reason. */
const LAST_BYTES_MS = 1_000

/**
 * What a page says: a proof of presence a second at the most, and now and then a question. A page that says more than this would
 * delay everyone, as each message is answered with work.
 */
const SAYS = { capacity: 60, perSecond: 10, deepestDebt: 0 } as const

/** Closes with the code of a failure: told to try again, or not to. */
export function refuse(socket: WebSocket, error: unknown): void {
  const { code, class: kind } = rowOf(error)
  socket.close(kind === 'transient' ? CLOSE_TRY_AGAIN : CLOSE_POLICY, code)
}

/** Closes and reads no further: what is still on its way is not looked at, the answer to the close neither. */
function turnAway(socket: WebSocket, code: ErrorCode): void {
  refuse(socket, failure(code))
  socket.pause()
  const ending = setTimeout(() => socket.terminate(), LAST_BYTES_MS)
  socket.on('close', () => clearTimeout(ending))
  for (const said of ['message', 'ping']) socket.removeAllListeners(said)
}

export type Held = {
  readonly user: string
  readonly endsAt: number
  /** What the websocket runs on: how many bytes were given to it. */
  readonly network: { readonly bytesWritten: number }
}

/** The websockets of people who are signed in: a number of each, and each is closed when its session ends (P16), or when it says too much. */
export type Sockets = {
  /** Watches over a socket until it closes. @returns whether it may stay: one too many of its person is turned away. */
  hold(socket: WebSocket, held: Held): boolean
  close(): void
}

export type SocketsOptions = {
  readonly accounts: Accounts
  /** ms that only go forward: when a session ends does not depend on a clock that is set meanwhile. */
  readonly stopwatch: () => number
  readonly perPerson: number
}

export function createSockets({ accounts, stopwatch, perPerson }: SocketsOptions): Sockets {
  const held = new Map<WebSocket, Watched>()
  const over = (socket: WebSocket): void => socket.close(CLOSE_POLICY, 'SIGN_IN_NEEDED')

  const each = (user: string, act: (socket: WebSocket) => void): void => {
    for (const [socket, one] of held) if (one.user === user) act(socket)
  }
  const countOf = (user: string): number => {
    let count = 0
    each(user, () => (count += 1))
    return count
  }
  const unwatch = [
    accounts.onSignedOut((user) => each(user, over)),
    // A person who lost a role, and one who is still allowed, connects again.
    accounts.onChange((user) => each(user, (socket) => socket.close(CLOSE_TRY_AGAIN, 'SIGN_IN_NEEDED'))),
  ]
  const timer = setInterval(() => {
    const nowMs = stopwatch()
    for (const [socket, one] of held) {
      look(socket, one)
      if (nowMs >= one.endsAtMs) over(socket)
      else if (one.silentLooks >= SILENT_LOOKS) socket.terminate()
      else if (one.unsent === 0) socket.ping()
    }
  }, LOOK_MS)

  return {
    hold(socket, { user, endsAt, network }) {
      socket.on('error', () => socket.terminate())
      // The one that comes is refused, not the oldest closed: that would come again, and so on without an end.
      if (countOf(user) >= perPerson) {
        turnAway(socket, 'SOCKETS_TOO_MANY')
        return false
      }
      const endsAtMs = stopwatch() + endsAt - wallMs()
      const one: Watched = { user, endsAtMs, network, silentLooks: 0, unsent: 0, gone: 0 }
      held.set(socket, one)
      socket.on('pong', () => {
        one.silentLooks = 0
      })
      // By this machine's time, whatever the pages' clock is: it is the machine that is kept free.
      const says = createTokenBucket(SAYS, performance.now())
      const said = (): void => {
        const nowMs = performance.now()
        says.take(1, nowMs)
        if (says.level(nowMs) <= 0) turnAway(socket, 'MESSAGES_TOO_MANY')
      }
      socket.prependListener('message', said)
      // Each is answered with a pong, which a peer may leave unread.
      socket.on('ping', said)
      socket.on('close', () => held.delete(socket))
      return true
    },
    close() {
      for (const stop of unwatch) stop()
      clearInterval(timer)
    },
  }
}

type Watched = Omit<Held, 'endsAt'> & {
  readonly endsAtMs: number
  /** Looks since the peer answered a ping, or took some of what waited for it. */
  silentLooks: number
  /** Bytes that wait, and bytes that have gone out, when it was last looked at. */
  unsent: number
  gone: number
}

/** Only what had to wait says something: a network takes a little for a peer that is long gone. */
function look({ bufferedAmount }: WebSocket, one: Watched): void {
  const gone = one.network.bytesWritten - bufferedAmount
  const took = one.unsent > 0 && gone > one.gone
  one.silentLooks = took ? 0 : one.silentLooks + 1
  one.unsent = bufferedAmount
  one.gone = gone
}
