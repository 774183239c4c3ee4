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
  /** What the server must be asked for after a step, if anything. */
  readonly ask?: (before: State, after: State) => string | undefined
}

/** Follows a channel until the returned function is called; `onState` gets every new state. */
export const follow = <State, Message>(
  channel: Channel<State, Message>,
  onState: (state: State) => void,
  world: World,
): (() => void) => {
  let state = channel.initial

  const step = (event: LiveEvent<Message>): boolean => {
    const before = state
    state = channel.evolve(before, event)
    if (state === before) return false
    onState(state)
    const question = channel.ask?.(before, state)
    if (question !== undefined) connection.send(question)
    return true
  }

  const connection = keepConnected(
    {
      path: channel.path,
      quietMs: channel.quietMs,
      ...(channel.probe === undefined ? {} : { probe: channel.probe }),
      onText: (text) => {
        const message = channel.read(text)
        if (message === undefined) return 'unreadable'
        return step({ type: 'message', message, atMs: world.clockMs() }) ? 'understood' : 'ignored'
      },
      onLost: (loss) => step({ type: 'lost', loss, atMs: world.clockMs() }),
    },
    world,
  )
  return connection.close
}
