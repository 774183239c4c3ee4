import { backOffMs } from './back-off.ts'
import type { Loss } from './loss.ts'
import { lossOf } from './loss.ts'

/** What became of a message. Only one that was understood proves that the connection is of use. */
export type Verdict = 'understood' | 'ignored' | 'unreadable'

export type Link = {
  readonly path: string
  /** With nothing understood for so long, the link is probed, or given up when it has no probe. Without it, a link may be quiet. */
  readonly quietMs?: number
  /** A message that the server must answer. */
  readonly probe?: string
  /** How long the server may take to answer what it was asked; `answerMs` unless told. */
  readonly answerWithinMs?: number
  readonly onOpened?: () => void
  readonly onText: (text: string) => Verdict
  readonly onLost: (loss: Loss) => void
}

export type Socket = { readonly send: (text: string) => void; readonly close: () => void }

/** What a socket tells, never before it was returned. */
export type SocketListener = {
  readonly opened: () => void
  readonly received: (data: unknown) => void
  readonly closed: (close: { code: number; reason: string }) => void
}

/** What is outside: the network, the page's signals, the clock, chance. */
export type World = {
  readonly connect: (path: string, listener: SocketListener) => Socket
  readonly watch: (signals: { wake: () => void; sleep: () => void }) => () => void
  readonly clockMs: () => number
  readonly random: () => number
}

export type Connection = {
  readonly send: (text: string) => void
  /** Sends what must be answered: without a word in time, the link counts as dead. */
  readonly ask: (text: string) => void
  readonly close: () => void
}

type State =
  | { readonly phase: 'dialling'; readonly socket: Socket }
  | {
      readonly phase: 'open'
      readonly socket: Socket
      readonly lastMessageMs: number
      readonly asked: boolean
    }
  | { readonly phase: 'waiting' | 'closed' }

/** How long a server may take to accept a connection or to answer. */
export const answerMs = 10_000
/** After so long without a word a woken page does not trust its connection. */
const trustMs = 5_000

/**
 * Holds one websocket open and opens it again for as long as `close` is not called. One timer serves each phase:
 * dialling → give up · open → probe, then give up · waiting → dial.
 */
export const keepConnected = (link: Link, world: World): Connection => {
  let state: State = { phase: 'waiting' }
  let attempt = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  const after = (ms: number, act: () => void) => {
    clearTimeout(timer)
    timer = setTimeout(act, ms)
  }

  const lose = (loss: Loss) => {
    if (state.phase !== 'dialling' && state.phase !== 'open') return
    const { socket } = state
    state = { phase: 'waiting' }
    socket.close()
    after(backOffMs(attempt, world.random()), dial)
    attempt += 1
    link.onLost(loss)
  }

  const ask = (text: string) => {
    if (state.phase !== 'open') return
    state.socket.send(text)
    // The first question that is open sets the time.
    if (state.asked) return
    state = { ...state, asked: true }
    after(link.answerWithinMs ?? answerMs, () => lose({ cause: 'silent' }))
  }

  const probe = () => {
    if (link.probe === undefined) lose({ cause: 'silent' })
    else ask(link.probe)
  }

  const proven = (socket: Socket) => {
    state = { phase: 'open', socket, lastMessageMs: world.clockMs(), asked: false }
    if (link.quietMs === undefined) clearTimeout(timer)
    else after(link.quietMs, probe)
  }

  const receive = (socket: Socket, data: unknown) => {
    const verdict = typeof data === 'string' ? link.onText(data) : 'unreadable'
    if (verdict === 'unreadable') return lose({ cause: 'unreadable' })
    if (verdict === 'ignored') return
    attempt = 0
    proven(socket)
  }

  const dial = () => {
    // A socket that was given up may still speak; it is not listened to.
    const ifMine = (act: () => void) => {
      if ((state.phase === 'dialling' || state.phase === 'open') && state.socket === socket) act()
    }
    const socket = world.connect(link.path, {
      opened: () =>
        ifMine(() => {
          proven(socket)
          link.onOpened?.()
        }),
      received: (data) => ifMine(() => receive(socket, data)),
      closed: (close) => ifMine(() => lose(lossOf(close, state.phase === 'open'))),
    })
    state = { phase: 'dialling', socket }
    after(answerMs, () => lose({ cause: 'unreachable' }))
  }

  const wake = () => {
    if (state.phase === 'waiting') dial()
    if (state.phase === 'open' && link.probe !== undefined && world.clockMs() - state.lastMessageMs > trustMs)
      probe()
  }

  const unwatch = world.watch({ wake, sleep: () => lose({ cause: 'offline' }) })
  dial()

  return {
    send: (text) => {
      if (state.phase === 'open') state.socket.send(text)
    },
    ask,
    close: () => {
      unwatch()
      clearTimeout(timer)
      const last = state
      state = { phase: 'closed' }
      if (last.phase === 'dialling' || last.phase === 'open') last.socket.close()
    },
  }
}
