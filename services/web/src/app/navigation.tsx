import type { MouseEvent, ReactNode } from 'react'
import { useSyncExternalStore } from 'react'
import { keepScroll, scrollToTop } from './scroll.ts'

const moved = 'cufflink:moved'

const subscribe = (onMove: () => void) => {
  window.addEventListener('popstate', onMove)
  window.addEventListener(moved, onMove)
  return () => {
    window.removeEventListener('popstate', onMove)
    window.removeEventListener(moved, onMove)
  }
}

export const usePathname = (): string => useSyncExternalStore(subscribe, () => window.location.pathname)

export const go = (path: string, how: 'push' | 'replace' = 'push'): void => {
  keepScroll()
  if (how === 'push') window.history.pushState(null, '', path)
  else window.history.replaceState(null, '', path)
  window.dispatchEvent(new Event(moved))
  scrollToTop()
  // Where a loaded page would begin, for those who read on from the focus.
  document.getElementById('content')?.focus({ preventScroll: true })
}

const isPlainClick = (event: MouseEvent) =>
  event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey

type LinkProps = { to: string; current?: boolean; className?: string; children: ReactNode }

/** An anchor that changes the page without loading it; every other kind of click is the browser's. */
export const Link = ({ to, current = false, className, children }: LinkProps) => (
  <a
    href={to}
    className={className}
    aria-current={current ? 'page' : undefined}
    onClick={(event) => {
      if (!isPlainClick(event)) return
      event.preventDefault()
      go(to)
    }}
  >
    {children}
  </a>
)
