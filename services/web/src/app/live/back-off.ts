const firstCeilingMs = 500
const lastCeilingMs = 5_000

/** How long to wait before attempt number `attempt` (from 0): 0.25–0.5 s at first, doubling to 2.5–5 s. `random` is in [0, 1). */
export const backOffMs = (attempt: number, random: number): number => {
  const ceilingMs = Math.min(lastCeilingMs, firstCeilingMs * 2 ** attempt)
  return (ceilingMs / 2) * (1 + random)
}
