/** What a key does in the list. */
export type ListCommand = 'next' | 'previous' | 'search' | 'help'

type Pressed = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey'>
/** Where the focus is: in a line, in the search, typing elsewhere, or on nothing in particular. */
export type Focus = 'line' | 'search' | 'typing' | 'elsewhere'

/**
 * Arrows move through the lines from one of them, or down from the search; single characters, unless they are turned off, from wherever
 * no one types.
 */
export const listCommand = (
  { key, ctrlKey, metaKey, altKey }: Pressed,
  focus: Focus,
  singleKeys: boolean,
): ListCommand | undefined => {
  if (ctrlKey || metaKey || altKey || focus === 'typing') return undefined
  if (key === 'ArrowDown' && focus !== 'elsewhere') return 'next'
  if (key === 'ArrowUp' && focus === 'line') return 'previous'
  return focus === 'search' || !singleKeys ? undefined : letters[key]
}

const letters: Readonly<Record<string, ListCommand>> = {
  j: 'next',
  k: 'previous',
  '/': 'search',
  '?': 'help',
}
