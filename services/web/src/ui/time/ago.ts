const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs

/** How long before `nowMs` something was, in the largest unit that is not rounded away: `3 h ago`. */
export const agoText = (instantMs: number, nowMs: number): string => {
  const passedMs = nowMs - instantMs
  if (passedMs < minuteMs) return 'just now'
  if (passedMs < hourMs) return `${Math.floor(passedMs / minuteMs)} min ago`
  if (passedMs < 2 * dayMs) return `${Math.floor(passedMs / hourMs)} h ago`
  return `${Math.floor(passedMs / dayMs)} days ago`
}
