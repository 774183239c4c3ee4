import { useEffect, useState } from 'react'

/** The page's stopwatch (`performance.now`), so often while `runs`. */
export const useStopwatch = (runs: boolean, everyMs = 250): number => {
  const [nowMs, setNowMs] = useState(() => performance.now())
  useEffect(() => {
    setNowMs(performance.now())
    if (!runs) return
    const timer = setInterval(() => setNowMs(performance.now()), everyMs)
    return () => clearInterval(timer)
  }, [runs, everyMs])
  return nowMs
}
