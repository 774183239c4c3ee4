/*
 * Where one was on a page, kept with its entry of the browser's history: Back finds it again. The browser cannot do this itself, as
 * lists come in over a websocket only after the page is shown.
 */

type Left = { readonly scrollY: number }

const leftAt = (state: unknown): number => {
  const { scrollY } = (typeof state === 'object' && state !== null ? state : {}) as Partial<Left>
  return typeof scrollY === 'number' ? scrollY : 0
}

/** How long a page may take to grow as long as it was. */
const waitsMs = 15_000

let stopWaiting: (() => void) | undefined

/** Keeps where the page is scrolled to. Not while an earlier place is still waited for. */
export const keepScroll = (): void => {
  if (stopWaiting !== undefined) return
  window.history.replaceState({ ...window.history.state, scrollY: window.scrollY } satisfies Left, '')
}

/** Scrolls to where the page was left, as soon as it is long enough; until someone scrolls it themselves. */
const restoreScroll = (): void => {
  stopWaiting?.()
  const wanted = leftAt(window.history.state)
  if (wanted === 0) return
  const ended = new AbortController()
  const page = document.documentElement
  const onGrowth = () => {
    if (page.scrollHeight - window.innerHeight < wanted) return
    window.scrollTo(0, wanted)
    stopWaiting?.()
  }
  const growth = new ResizeObserver(onGrowth)
  const timer = setTimeout(() => stopWaiting?.(), waitsMs)
  stopWaiting = () => {
    stopWaiting = undefined
    growth.disconnect()
    clearTimeout(timer)
    ended.abort()
  }
  for (const act of ['wheel', 'touchmove', 'keydown', 'pointerdown'])
    window.addEventListener(act, () => stopWaiting?.(), { signal: ended.signal, passive: true })
  growth.observe(document.body)
}

/** A page that was opened by a link begins at its top. */
export const scrollToTop = (): void => {
  stopWaiting?.()
  window.scrollTo(0, 0)
}

/** Called once, before anything is shown. */
export const watchScroll = (): void => {
  window.history.scrollRestoration = 'manual'
  window.addEventListener('scrollend', keepScroll)
  window.addEventListener('popstate', restoreScroll)
  restoreScroll()
}
