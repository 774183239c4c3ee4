/** Does something again and again, one turn at a time, until the returned function is called. A failure waits for the next turn: its cause shows in `health`. */
export function repeat(everyMs: number, act: () => Promise<unknown>): () => void {
  let busy = false
  const timer = setInterval(() => {
    if (busy) return
    busy = true
    act()
      .catch(() => undefined)
      .finally(() => {
        busy = false
      })
  }, everyMs)
  return () => clearInterval(timer)
}
