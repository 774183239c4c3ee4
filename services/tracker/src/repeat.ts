/** Runs a task again and again, one at a time. A failure waits for the next turn: its cause shows in `health`. */
export function repeat(everyMs: number, task: () => Promise<void>): () => void {
  let running = false
  const timer = setInterval(() => {
    if (running) return
    running = true
    task()
      .catch(() => undefined)
      .finally(() => {
        running = false
      })
  }, everyMs)
  return () => clearInterval(timer)
}
