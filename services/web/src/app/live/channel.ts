import type { World } from './connection.ts'
import { keepConnected } from './connection.ts'
import type { Loss } from './loss.ts'

/** What can happen to a live page. `atMs` is this computer's clock. */
export type LiveEvent<Message> =
  | { readonly type: 'message'; readonly message: Message; readonly atMs: number }
  | { readonly type: 'lost'; readonly loss: Loss; readonly atMs: number }

/** One of the server's live feeds, and the fold of its messages into what a page shows. */
export type Channel<State, Message> = {
  readonly path: string
  readonly quietMs: number
  readonly probe?: string
  readonly initial: State
  readonly read: (text: string) => Message | undefined
  /** Returns the same state when the event changes nothing. */
  readonly evolve: (state: State, event: LiveEvent<Message>) => State
  /** A request for what the server sends without one. */
  readonly request?: string
  /** Whether something was missed, so that what is asked for is asked for again. */
  readonly isBehind?: (state: State) => boolean
}

export type Following = {
  /** Asks for something else than before; again on each new connection. */
  readonly ask: (request: string) => void
  readonly close: () => void
}

/** Follows a channel until it is closed; `onState` gets every new state. */
export const follow = <State, Message>(
  channel: Channel<State, Message>,
  onState: (state: State) => void,
  world: World,
): Following => {
  let state = channel.initial
  let request = channel.request

  const step = (event: LiveEvent<Message>): boolean => {
    const before = state
    state = channel.evolve(before, event)
    if (state === before) return false
    onState(state)
    if (channel.isBehind?.(state) && !channel.isBehind(before) && request !== undefined)
      connection.send(request)
    return true
  }

  const connection = keepConnected(
    {
      path: channel.path,
      quietMs: channel.quietMs,
      ...(channel.probe === undefined ? {} : { probe: channel.probe }),
      onOpened: () => {
        if (request !== undefined && request !== channel.request) connection.ask(request)
      },
      onText: (text) => {
        const message = channel.read(text)
        if (message === undefined) return 'unreadable'
        return step({ type: 'message', message, atMs: world.clockMs() }) ? 'understood' : 'ignored'
      },
      onLost: (loss) => step({ type: 'lost', loss, atMs: world.clockMs() }),
    },
    world,
  )
  return {
    ask: (wanted) => {
      if (wanted === request) return
      request = wanted
      connection.ask(request)
    },
    close: connection.close,
  }
}
