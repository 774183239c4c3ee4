import { readFileSync } from 'node:fs'
import type { Server, Socket } from 'node:net'
import { networkOf } from '../network.ts'

/** How many connections a server holds open: over the whole, without those that are kept, and from one address. */
export type ConnectionBounds = {
  readonly total?: number
  /** Of those that were not kept (`Connections.keep`). */
  readonly unkept?: number
  /** An IPv6 network of 64 bits is one address. */
  readonly perAddress: number
  /** Closes a connection for another one, at once. Unless told, its socket is destroyed. */
  close?(socket: Socket): void
}

export type Connections = {
  /** Connections that are open, kept ones too. */
  readonly size: number
  /** A whole request came in on this connection; it is not closed for another before it is answered. */
  answering(socket: Socket): void
  answered(socket: Socket): void
  /** This connection has shown whose it is: it no longer counts for its address, and is never closed for another. */
  keep(socket: Socket): void
}

/**
 * Bounds the open connections of a server, so that descriptors stay for everything else. At a bound a new connection takes the
 * place of the oldest that is not being answered: that is one that idles, or one whose peer takes its time to send. Over the whole
 * it is the oldest of the address that has the most. So someone who opens connections and says nothing keeps no one out, and an
 * honest request, which takes milliseconds, is not cut off.
 */
export function boundConnections(
  server: Server,
  {
    total = Number.POSITIVE_INFINITY,
    unkept = Number.POSITIVE_INFINITY,
    perAddress,
    close = (socket) => void socket.destroy(),
  }: ConnectionBounds,
): Connections {
  /** In the order in which they were opened, without those that are kept. */
  const open = new Map<string, Set<Socket>>()
  const busy = new WeakSet<Socket>()
  let size = 0
  let sizeUnkept = 0

  const forget = (socket: Socket, address: string): void => {
    const own = open.get(address)
    if (own?.delete(socket)) sizeUnkept -= 1
    if (own?.size === 0) open.delete(address)
  }

  function closeOldest(sockets: Iterable<Socket>): boolean {
    for (const socket of sockets) {
      if (busy.has(socket) || socket.destroyed) continue
      close(socket)
      return true
    }
    return false
  }

  /** Whether there is room for one more, if need be after another was closed. */
  function makeRoom(own: ReadonlySet<Socket>): boolean {
    if (own.size >= perAddress) return closeOldest(own)
    if (size < total && sizeUnkept < unkept) return true
    // Not sorted: a flood from many addresses asks this with each of its connections.
    let most = own
    for (const sockets of open.values()) if (sockets.size > most.size) most = sockets
    return closeOldest(most) || open.values().some(closeOldest)
  }

  server.on('connection', (socket: Socket) => {
    const address = addressOf(socket)
    const hasRoom = makeRoom(open.get(address) ?? new Set())
    size += 1
    sizeUnkept += 1
    open.getOrInsertComputed(address, () => new Set()).add(socket)
    socket.once('close', () => {
      size -= 1
      forget(socket, address)
    })
    if (!hasRoom) close(socket)
  })

  return {
    get size() {
      return size
    },
    answering: (socket) => void busy.add(socket),
    answered: (socket) => void busy.delete(socket),
    keep: (socket) => forget(socket, addressOf(socket)),
  }
}

const addressOf = ({ remoteAddress }: Socket): string => networkOf(remoteAddress ?? '')

/** Descriptors where the system says nothing of a limit. */
const DESCRIPTORS_UNTOLD = 10_240

/** How many files and sockets this process may have open. Linux says it in `/proc/self/limits`. */
export function maxDescriptors(): number {
  let limits = ''
  try {
    limits = readFileSync('/proc/self/limits', 'utf8')
  } catch {
    // Another system.
  }
  return descriptorsIn(limits)
}

/** The soft limit in a text like `Max open files            1024                 4096                 files`. */
export function descriptorsIn(limits: string): number {
  const [, soft] = /^Max open files\s+(\d+)/m.exec(limits) ?? []
  return soft === undefined ? DESCRIPTORS_UNTOLD : Number(soft)
}
