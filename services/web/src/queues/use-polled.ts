import { useCallback, useEffect, useReducer, useRef } from 'react'
import { api } from '../app/session/api.ts'
import { refusalOf } from '../ui/form/command-state.ts'
import type { Polled, PolledEvent } from './polled.ts'
import { evolvePolled } from './polled.ts'

const everyMs = 10_000

export type Asked<Answer> = Polled<Answer> & { readonly refresh: () => void }

type Ask<Answer> = (signal: AbortSignal) => Promise<Answer>

/** What of a practice's queue there is now, short: another text when something of it changed. */
export const useQueueVersion = (practice: string, queue: 'entries' | 'changes'): Ask<string> =>
  useCallback(
    async (signal) => (await api.call('queueVersions', { params: { practice }, signal }))[queue],
    [practice, queue],
  )

/**
 * Asks at once, whenever it is told to, and every ten seconds: with `askVersion` only whether the answer is still of the version that there
 * is now. Both must be the same functions at every render.
 */
export const usePolled = <Answer extends object>(
  ask: Ask<Answer>,
  askVersion?: Ask<string>,
): Asked<Answer> => {
  const [state, dispatch] = useReducer(
    (before: Polled<Answer>, event: PolledEvent<Answer>) => evolvePolled(before, event),
    {},
  )
  const asking = useRef<AbortController>(undefined)
  /** Of the latest answer; none while the last question failed. */
  const version = useRef<string>(undefined)

  const refresh = useCallback(() => {
    // What was asked for earlier may be older than what is asked for now.
    asking.current?.abort()
    const { signal } = (asking.current = new AbortController())
    ask(signal).then(
      (answer) => {
        if (signal.aborted) return
        version.current = 'version' in answer ? String(answer.version) : undefined
        dispatch({ type: 'answered', answer })
      },
      (error: unknown) => {
        if (signal.aborted) return
        version.current = undefined
        dispatch({ type: 'failed', refusal: refusalOf(error) })
      },
    )
  }, [ask])

  useEffect(() => {
    refresh()
    const looking = new AbortController()
    const look = async () => {
      // Where it cannot be told, the list is asked for, and says why.
      const now = await askVersion?.(looking.signal).catch(() => undefined)
      if (!looking.signal.aborted && (now === undefined || now !== version.current)) refresh()
    }
    const timer = setInterval(() => void look(), everyMs)
    return () => {
      clearInterval(timer)
      looking.abort()
      asking.current?.abort()
    }
  }, [refresh, askVersion])

  return { ...state, refresh }
}
