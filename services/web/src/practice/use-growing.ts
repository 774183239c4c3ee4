import { useEffect, useState } from 'react'

const atFirst = 60
const atOnce = 500

/**
 * How many of `total` lines are drawn: a screenful at once, the others bit by bit, so that a list of thousands answers meanwhile.
 * Another `about` begins anew.
 */
export const useGrowing = (total: number, about: unknown): number => {
  const [drawn, setDrawn] = useState({ about, count: atFirst })
  const count = drawn.about === about ? drawn.count : atFirst
  useEffect(() => {
    if (count >= total) return
    const timer = setTimeout(() => setDrawn({ about, count: count + atOnce }), 0)
    return () => clearTimeout(timer)
  }, [count, total, about])
  return count
}
