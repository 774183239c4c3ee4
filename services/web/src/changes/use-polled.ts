import { useCallback, useEffect, useReducer, useRef } from 'react'
import { refusalOf } from '../chart/form/command-state.ts'
import type { Polled, PolledEvent } from './polled.ts'
import { evolvePolled } from './polled.ts'

const everyMs = 10_000

export type Asked<Answer> = Polled<Answer> & { readonly refresh: () => void }

/** Asks at once, every ten seconds, and whenever it is told to. `ask` must be the same function at every render. */
export const usePolled = <Answer>(ask: (signal: AbortSignal) => Promise<Answer>): Asked<Answer> => {
  const [state, dispatch] = useReducer(
    (before: Polled<Answer>, event: PolledEvent<Answer>) => evolvePolled(before, event),
    {},
  )
  const asking = useRef<AbortController>(undefined)

  const refresh = useCallback(() => {
    // What was asked for earlier may be older than what is asked for now.
    asking.current?.abort()
    const { signal } = (asking.current = new AbortController())
    ask(signal).then(
      (answer) => signal.aborted || dispatch({ type: 'answered', answer }),
      (error: unknown) => signal.aborted || dispatch({ type: 'failed', refusal: refusalOf(error) }),
    )
  }, [ask])

  useEffect(() => {
    refresh()
    const timer = setInterval(refresh, everyMs)
    return () => {
      clearInterval(timer)
      asking.current?.abort()
    }
  }, [refresh])

  return { ...state, refresh }
}
