import type { WorkShown } from './work.ts'

/** How the person's timer stands, in a word for the page, its style and its tests. */
export type Standing = 'running' | 'warning' | 'paused' | 'idle' | 'lost'

/** `paused`: it stopped though the chart is still open. Of a chart that was left, nothing is said any more. */
export const standingOf = ({ link, timer, stopsAtMs, ended, on }: WorkShown): Standing => {
  if (timer !== undefined) {
    if (link === 'lost') return 'lost'
    return stopsAtMs === undefined ? 'running' : 'warning'
  }
  if (link === 'lost') return 'lost'
  if (ended === undefined || ended.patient !== on?.patient) return 'idle'
  switch (ended.reason) {
    case 'idle':
    case 'moved':
    case 'signed-out':
      return 'paused'
    case 'lost':
      return 'lost'
    case 'stopped':
    case 'left':
      return 'idle'
  }
}

/** What the banner under the masthead has to say, the most pressing first. */
export type BannerKind = 'warning' | 'idle' | 'lost' | 'moved' | 'signed-out' | 'refused' | 'went on'

/** How long it is said that a timer went on by itself. */
const wentOnForMs = 20_000

export const bannerOf = (work: WorkShown, nowMs: number): BannerKind | undefined => {
  const { timer, stopsAtMs, ended, on, refused, wentOnAfter, zeroAtMs } = work
  if (timer !== undefined && stopsAtMs !== undefined) return 'warning'
  if (refused !== undefined) return 'refused'
  if (timer === undefined) {
    if (ended === undefined || ended.patient !== on?.patient) return undefined
    return ended.reason === 'stopped' || ended.reason === 'left' ? undefined : ended.reason
  }
  return wentOnAfter !== undefined && nowMs - (zeroAtMs ?? nowMs) < wentOnForMs ? 'went on' : undefined
}

/** Whole seconds until something, never less than none. */
export const secondsUntil = (atMs: number, nowMs: number): number =>
  Math.max(0, Math.ceil((atMs - nowMs) / 1_000))
