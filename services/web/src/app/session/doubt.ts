/*
 * Whether the session still counts is in doubt when a call or a websocket was refused for want of one, or a websocket was not let in, of
 * which a browser does not say why. Then it is asked; who finds out need not know who asks.
 */

const doubts = new EventTarget()
let held = 0

export const doubtSession = (): void => {
  if (held === 0) doubts.dispatchEvent(new Event('doubt'))
}

export const onDoubt = (ask: () => void): (() => void) => {
  doubts.addEventListener('doubt', ask)
  return () => doubts.removeEventListener('doubt', ask)
}

/** While a session gives way to another one, every connection of the old one is refused; it is asked after that. */
export const withoutDoubt = async <Value>(act: () => Promise<Value>): Promise<Value> => {
  held += 1
  try {
    return await act()
  } finally {
    held -= 1
    doubtSession()
  }
}
