/** Signs of the person at this page. */
export type Activity = { readonly lastMs: () => number; readonly stop: () => void }

/** How often a sign is passed on; when the last one was is known exactly. */
const passedOnMs = 1_000

/**
 * What only a person does. Dictation, another keyboard and pasting write without a key. `scroll` is not among it: a page that grows
 * scrolls by itself. A wheel, a key, a finger that scrolls is.
 */
export const signs = [
  'pointermove',
  'pointerdown',
  'click',
  'keydown',
  'beforeinput',
  'input',
  'compositionend',
  'wheel',
  'touchstart',
  'touchmove',
] as const

export const watchActivity = (onActive: () => void): Activity => {
  let lastMs = 0
  let passedOnAtMs = Number.NEGATIVE_INFINITY
  const isSign = signFilter()
  const onEvent = (event: Event) => {
    if (!isSign(event)) return
    lastMs = performance.now()
    if (lastMs - passedOnAtMs < passedOnMs) return
    passedOnAtMs = lastMs
    onActive()
  }
  const ended = new AbortController()
  const options = { passive: true, capture: true, signal: ended.signal }
  for (const sign of signs) window.addEventListener(sign, onEvent, options)
  return { lastMs: () => lastMs, stop: () => ended.abort() }
}

/** Scripts, a key that something lies on, and a pointer over which only the page moves, are no signs. */
export const signFilter = () => {
  let at = ''
  return (event: Event): boolean => {
    if (!event.isTrusted) return false
    if ('repeat' in event && event.repeat === true) return false
    if (event.type !== 'pointermove' || !('screenX' in event) || !('screenY' in event)) return true
    const before = at
    at = `${String(event.screenX)} ${String(event.screenY)}`
    return at !== before
  }
}
