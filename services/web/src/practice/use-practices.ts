import { useEffect, useState } from 'react'
import { backOffMs } from '../live/back-off.ts'
import type { PracticesAnswer } from './fetch-practices.ts'
import { fetchPractices } from './fetch-practices.ts'

const emptyAgainMs = 3_000

/** Asks until there is at least one practice. */
export const usePractices = (): PracticesAnswer | undefined => {
  const [answer, setAnswer] = useState<PracticesAnswer>()
  useEffect(() => {
    const ended = new AbortController()
    void askUntilThereIsOne(setAnswer, ended.signal).catch(() => undefined) // aborted
    return () => ended.abort()
  }, [])
  return answer
}

const askUntilThereIsOne = async (
  tell: (answer: PracticesAnswer) => void,
  signal: AbortSignal,
): Promise<void> => {
  for (let attempt = 0; ; attempt += 1) {
    const answer = await fetchPractices(signal)
    signal.throwIfAborted()
    tell(answer)
    if (answer.answer === 'practices' && answer.practices.length > 0) return
    await pause(answer.answer === 'failed' ? backOffMs(attempt, Math.random()) : emptyAgainMs, signal)
  }
}

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      reject(new DOMException('The page was left.', 'AbortError'))
    })
  })
