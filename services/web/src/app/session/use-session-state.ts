import { Refused } from '@cufflink/contracts/client'
import { useEffect, useReducer } from 'react'
import { backOffMs } from '../live/back-off.ts'
import { plainApi } from './api.ts'
import { onDoubt } from './doubt.ts'
import { refusalText } from './refusal-text.ts'
import type { SessionEvent, SessionState } from './session-state.ts'
import { evolveSession, initialSession } from './session-state.ts'

/** Who is signed in: asked when the page opens, and whenever it is in doubt. */
export const useSessionState = (): readonly [SessionState, (event: SessionEvent) => void] => {
  const [state, dispatch] = useReducer(evolveSession, initialSession)
  useEffect(() => keepAsking(dispatch), [])
  return [state, dispatch]
}

/** One question at a time; a server that cannot be reached is asked again. */
const keepAsking = (tell: (event: SessionEvent) => void): (() => void) => {
  const ended = new AbortController()
  let isAsking = false
  let attempt = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  const ask = async (): Promise<void> => {
    if (isAsking) return
    isAsking = true
    clearTimeout(timer)
    const answer = await whoAmI(ended.signal)
    isAsking = false
    if (ended.signal.aborted) return
    tell(answer)
    attempt = answer.type === 'unanswered' ? attempt + 1 : 0
    if (attempt > 0) timer = setTimeout(() => void ask(), backOffMs(attempt, Math.random()))
  }

  const unwatch = onDoubt(() => void ask())
  void ask()
  return () => {
    unwatch()
    clearTimeout(timer)
    ended.abort()
  }
}

const whoAmI = async (signal: AbortSignal): Promise<SessionEvent> => {
  try {
    return { type: 'told', session: await plainApi.call('whoAmI', { signal }) }
  } catch (error) {
    if (error instanceof Refused && error.code === 'SIGN_IN_NEEDED') return { type: 'nobody' }
    return { type: 'unanswered', reason: refusalText(error) }
  }
}
