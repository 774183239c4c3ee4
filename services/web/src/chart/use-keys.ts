import { useEffect, useRef } from 'react'
import { useSingleKeys } from '../ui/use-single-keys.ts'

type Pressed = Pick<
  KeyboardEvent,
  'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'repeat' | 'defaultPrevented'
> & {
  readonly target: unknown
}

const typedInto = 'input:not([type=checkbox]), textarea, select, [contenteditable], dialog'

const isWithin = (target: unknown): boolean =>
  typeof target === 'object' &&
  target !== null &&
  'closest' in target &&
  typeof target.closest === 'function' &&
  target.closest(typedInto) !== null

/**
 * The key that is a command of the page: not one that is being typed, held down, or part of a shortcut, and no single character where
 * those are turned off.
 */
export const commandKey = (event: Pressed, singleKeys: boolean): string | undefined => {
  if (!singleKeys && event.key.length === 1) return undefined
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.defaultPrevented)
    return undefined
  return isWithin(event.target) ? undefined : event.key.toLowerCase()
}

/** Commands of a page by their key. */
export const useKeys = (commands: Readonly<Record<string, (() => void) | undefined>>): void => {
  const [singleKeys] = useSingleKeys()
  const latest = useRef(commands)
  useEffect(() => {
    latest.current = commands
  })
  useEffect(() => {
    const ended = new AbortController()
    const onKeyDown = (event: KeyboardEvent) => {
      const key = commandKey(event, singleKeys)
      const command = key === undefined ? undefined : latest.current[key]
      if (command === undefined) return
      event.preventDefault()
      command()
    }
    document.addEventListener('keydown', onKeyDown, { signal: ended.signal })
    return () => ended.abort()
  }, [singleKeys])
}
