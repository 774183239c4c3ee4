import { once } from 'node:events'
import type { AddressInfo, Socket } from 'node:net'
import { connect, createServer } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'

export type Proxy = AsyncDisposable & {
  readonly port: number
  /** Nothing passes any more, in either direction, and no one is told; `heal` lets it all through. */
  blackHole(): void
  /** Every byte comes this much later. */
  delay(ms: number): void
  /** Resets every connection, after this many more bytes from the clients: in the middle of a packet. */
  cut(afterBytes?: number): void
  /** As it was at first: everything passes at once. */
  heal(): void
}

const MOST_WAITING_BYTES = 1_048_576

type Faults = { delayMs: number; bytesLeft: number; hole: PromiseWithResolvers<void> | undefined }

/** A TCP proxy on a port of the loopback, for the faults that the kernel here cannot make. */
export async function startProxy(target: { readonly host: string; readonly port: number }): Promise<Proxy> {
  const faults: Faults = { delayMs: 0, bytesLeft: Number.POSITIVE_INFINITY, hole: undefined }
  const sockets = new Set<Socket>()
  const reset = (): void => {
    faults.bytesLeft = Number.POSITIVE_INFINITY
    for (const socket of sockets) socket.resetAndDestroy()
  }
  const counted = (chunk: Buffer): Buffer => {
    const passing = chunk.subarray(0, Math.min(chunk.length, faults.bytesLeft))
    faults.bytesLeft -= passing.length
    return passing
  }
  const server = createServer({ noDelay: true }, (client) => {
    const upstream = connect({ ...target, noDelay: true })
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.once('close', () => sockets.delete(socket)).on('error', () => undefined)
    }
    const fromClient = async (chunk: Buffer): Promise<void> => {
      await written(upstream, counted(chunk))
      if (faults.bytesLeft === 0) reset()
    }
    pump(client, faults, fromClient, () => upstream.destroy())
    pump(
      upstream,
      faults,
      (chunk) => written(client, chunk),
      () => client.destroy(),
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const heal = (): void => {
    faults.delayMs = 0
    faults.bytesLeft = Number.POSITIVE_INFINITY
    faults.hole?.resolve()
    faults.hole = undefined
  }
  return {
    port: (server.address() as AddressInfo).port,
    blackHole: () => void (faults.hole ??= Promise.withResolvers<void>()),
    delay: (ms) => void (faults.delayMs = ms),
    cut: (afterBytes = 0) => (afterBytes === 0 ? reset() : void (faults.bytesLeft = afterBytes)),
    heal,
    async [Symbol.asyncDispose]() {
      heal()
      reset()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Hands on what a socket says, in order, each chunk when its delay has passed and there is no hole; then its end. */
function pump(
  from: Socket,
  faults: Faults,
  deliver: (chunk: Buffer) => Promise<void>,
  close: () => void,
): void {
  let last = Promise.resolve()
  let waiting = 0
  const inTurn = (arrivedAt: number, act: () => Promise<void> | void): void => {
    last = last.then(async () => {
      const early = arrivedAt + faults.delayMs - performance.now()
      if (early > 0) await pause(early)
      await faults.hole?.promise
      await act()
    })
  }
  from.on('data', (chunk: Buffer) => {
    waiting += chunk.length
    if (waiting > MOST_WAITING_BYTES) from.pause()
    inTurn(performance.now(), async () => {
      await deliver(chunk)
      waiting -= chunk.length
      if (waiting <= MOST_WAITING_BYTES) from.resume()
    })
  })
  from.once('close', () => inTurn(performance.now(), close))
}

/** Resolves when the kernel has the bytes, or the socket is gone. */
const written = (to: Socket, bytes: Buffer): Promise<void> =>
  new Promise((resolve) =>
    to.destroyed || bytes.length === 0 ? resolve() : void to.write(bytes, () => resolve()),
  )
