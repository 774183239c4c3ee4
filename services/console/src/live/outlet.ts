import type { Pong } from '@cufflink/contracts'
import type { WebSocket } from '@fastify/websocket'

/** A message longer than this goes out in fragments (RFC 6455 §5.4), so that it is seen how far it is, and a ping gets in between. */
const FRAGMENT_BYTES = 16_384

/** Takes a message when the one before it has gone out. */
export type Outlet = {
  /** @param sent is called once all of it has gone out to the network. */
  send(text: string, sent: () => void): void
}

export const outletOf = (socket: WebSocket): Outlet => ({
  send(text, sent) {
    const bytes = Buffer.from(text)
    const sendFrom = (from: number): void => {
      if (socket.readyState !== socket.OPEN) return
      const to = from + FRAGMENT_BYTES
      const fin = to >= bytes.length
      socket.send(bytes.subarray(from, to), { binary: false, fin }, (error) => {
        if (error) return
        if (fin) sent()
        else sendFrom(to)
      })
    }
    sendFrom(0)
  },
})

/** Who follows something that changes, at their own speed. */
export type Follower = {
  /** There may be news. */
  wake(): void
  /** A ping is to be answered: with what the follower was sent last, after all news. */
  ping(): void
}

/**
 * Sends news as fast as they are taken: while something has not gone out, nothing more is composed; then what has become of everything
 * meanwhile is one message. A slow reader costs one message of memory, and misses states in between, never the latest.
 * @param pong answers pings, where a page sends them.
 */
export function follow(outlet: Outlet, news: () => object | undefined, pong?: () => Pong): Follower {
  let busy = false
  let asked = false
  function next(): void {
    if (busy) return
    let message = news()
    if (message === undefined && asked) {
      asked = false
      message = pong?.()
    }
    if (message === undefined) return
    busy = true
    outlet.send(JSON.stringify(message), () => {
      busy = false
      next()
    })
  }
  return {
    wake: next,
    ping() {
      asked = true
      next()
    },
  }
}
