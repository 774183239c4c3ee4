import { browser } from '../live/browser.ts'
import { watchActivity } from './activity.ts'
import type { DeskWorld } from './desk.ts'

/** Tells whether the page is looked at, and when it goes; a browser may keep a page that goes, and bring it back. */
const watchPage: DeskWorld['watchPage'] = (page) => {
  const ended = new AbortController()
  const { signal } = ended
  const seen = () => page.seen(document.visibilityState === 'visible')
  document.addEventListener('visibilitychange', seen, { signal })
  window.addEventListener('pagehide', page.leave, { signal })
  window.addEventListener('pageshow', ({ persisted }) => persisted && page.return(), { signal })
  seen()
  return () => ended.abort()
}

export const browserDesk: DeskWorld = {
  ...browser,
  stopwatchMs: () => performance.now(),
  watchActivity,
  watchPage,
}
