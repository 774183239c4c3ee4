import type { SocketListener, World } from '../../../src/app/live/connection.ts'

export type FakeSocket = SocketListener & {
  readonly path: string
  readonly sent: string[]
  isClosed: boolean
}

/** A world without a network: each dial is kept in `sockets`, for the test to speak as the server. Chance is always 0. */
export const fakeWorld = () => {
  const sockets: FakeSocket[] = []
  const signals = { wake: () => {}, sleep: () => {} }
  let watchers = 0
  const world: World = {
    connect: (path, listener) => {
      const socket: FakeSocket = { ...listener, path, sent: [], isClosed: false }
      sockets.push(socket)
      return {
        send: (text) => void socket.sent.push(text),
        close: () => {
          socket.isClosed = true
        },
      }
    },
    watch: (given) => {
      watchers += 1
      Object.assign(signals, given)
      return () => void (watchers -= 1)
    },
    clockMs: () => Date.now(),
    random: () => 0,
  }
  const last = (): FakeSocket => {
    const socket = sockets.at(-1)
    if (socket === undefined) throw new Error('nothing was dialled')
    return socket
  }
  return { world, sockets, last, signals, watchers: () => watchers }
}
