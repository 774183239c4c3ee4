import type { World } from '../live/connection.ts'
import { keepConnected } from '../live/connection.ts'
import type { Activity } from './activity.ts'
import { evolveWork } from './evolve-work.ts'
import { readWorkMessage } from './read-work.ts'
import { dueAtMs } from './settle-work.ts'
import type { ChartOnScreen, WorkOn, WorkShown } from './work.ts'
import type { Happening, WorkEvent } from './work-state.ts'
import { initialWork } from './work-state.ts'

/** What the desk needs of the page: the network, a stopwatch, signs of the person, whether the page is looked at or left. */
export type DeskWorld = World & {
  readonly stopwatchMs: () => number
  readonly watchActivity: (onActive: () => void) => Activity
  readonly watchPage: (page: PageListener) => () => void
}
export type PageListener = {
  readonly seen: (visible: boolean) => void
  readonly leave: () => void
  readonly return: () => void
}

/** Where the person works: holds the connection of their timer and the state of it. */
export type Desk = {
  readonly shown: () => WorkShown
  readonly subscribe: (onChange: () => void) => () => void
  /** Connects, until the returned function is called. */
  readonly open: () => () => void
  readonly show: (chart: ChartOnScreen | undefined) => void
  readonly start: (patient: string, program: WorkOn['program'], category: string) => void
  readonly stop: (reason: 'stopped' | 'left') => void
  readonly call: (goesOn: boolean) => void
}

/** A connection on which nothing comes when something must counts as dead before the server gives the timer up (15 s). */
const answerWithinMs = 5_000

export const createDesk = (practice: string, world: DeskWorld): Desk => {
  let state = initialWork
  let timer: ReturnType<typeof setTimeout> | undefined
  let send = (_text: string, _mustAnswer: boolean) => {}
  let lastActiveMs = () => 0
  const listeners = new Set<() => void>()

  /** Signs of the person come first: what follows from anything else depends on whether they are there. */
  const step = (happening: Happening) => {
    const atMs = world.stopwatchMs()
    const activeAtMs = lastActiveMs()
    if (activeAtMs > state.activeAtMs) fold({ type: 'active', activeAtMs, atMs })
    fold({ ...happening, atMs })
    clearTimeout(timer)
    const due = dueAtMs(state)
    if (due !== undefined) timer = setTimeout(() => step({ type: 'tick' }), Math.max(0, due - atMs))
  }

  const fold = (event: WorkEvent) => {
    const before = state
    state = evolveWork(before, event)
    for (const message of state.outbox)
      send(JSON.stringify(message), message.type === 'timer.start' || message.type === 'timer.resume')
    if (state.shown !== before.shown) for (const listener of listeners) listener()
  }

  const open = () => {
    const connection = keepConnected(
      {
        path: `/live/practices/${encodeURIComponent(practice)}/work`,
        answerWithinMs,
        onText: (text) => {
          const message = readWorkMessage(text)
          if (message === undefined) return 'unreadable'
          step({ type: 'message', message })
          return 'understood'
        },
        onLost: () => step({ type: 'lost' }),
      },
      world,
    )
    send = (text, mustAnswer) => (mustAnswer ? connection.ask(text) : connection.send(text))
    const activity = world.watchActivity(() => step({ type: 'tick' }))
    lastActiveMs = activity.lastMs
    const unwatch = world.watchPage({
      seen: (visible) => step({ type: 'seen', visible }),
      leave: () => step({ type: 'leave' }),
      return: () => step({ type: 'return' }),
    })
    return () => {
      unwatch()
      activity.stop()
      connection.close()
      clearTimeout(timer)
      send = () => {}
    }
  }

  return {
    shown: () => state.shown,
    subscribe: (onChange) => {
      listeners.add(onChange)
      return () => listeners.delete(onChange)
    },
    open,
    show: (chart) => step({ type: 'chart', chart }),
    start: (patient, program, category) => step({ type: 'start', work: { patient, program, category } }),
    stop: (reason) => step({ type: 'stop', reason }),
    call: (goesOn) => step({ type: 'call', goesOn }),
  }
}
