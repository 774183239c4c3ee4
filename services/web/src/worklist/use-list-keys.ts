import { useEffect } from 'react'
import { useSingleKeys } from '../ui/use-single-keys.ts'
import type { Focus, ListCommand } from './list-keys.ts'
import { listCommand } from './list-keys.ts'

const search = '.finder input'
const line = '.patients tbody tr'

const focusOf = (target: EventTarget | null): Focus => {
  if (!(target instanceof Element)) return 'elsewhere'
  if (target.matches(search)) return 'search'
  if (target.closest('input, textarea, select, dialog, [contenteditable]') !== null) return 'typing'
  return target.closest(line) === null ? 'elsewhere' : 'line'
}

/** The line beside the one that has the focus; the first one when none has. */
const moveTo = (direction: 'next' | 'previous'): void => {
  const at = document.activeElement?.closest(line)
  const beside = direction === 'next' ? at?.nextElementSibling : at?.previousElementSibling
  const wanted = at == null ? document.querySelector(line) : beside
  wanted?.querySelector('a')?.focus()
}

/** The list by keyboard: see `listCommand`. */
export const useListKeys = (onHelp: () => void): void => {
  const [singleKeys] = useSingleKeys()
  useEffect(() => {
    const carryOut = {
      next: () => moveTo('next'),
      previous: () => moveTo('previous'),
      search: () => document.querySelector<HTMLInputElement>(search)?.select(),
      help: onHelp,
    } as const satisfies Record<ListCommand, () => void>
    const onKeyDown = (event: KeyboardEvent) => {
      const command = listCommand(event, focusOf(event.target), singleKeys)
      if (command === undefined) return
      event.preventDefault()
      carryOut[command]()
    }
    document.addEventListener('keydown', onKeyDown)
    return () => document.removeEventListener('keydown', onKeyDown)
  }, [onHelp, singleKeys])
}
