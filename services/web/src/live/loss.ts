/** Why the page is not connected. */
export type Loss =
  | { readonly cause: 'unreachable' | 'closed' | 'silent' | 'offline' | 'unreadable' }
  | { readonly cause: 'refused'; readonly reason: string }

const texts = {
  unreachable: 'The server cannot be reached.',
  closed: 'The server closed the connection.',
  silent: 'The server went quiet.',
  offline: 'This computer is offline.',
  unreadable: 'The server sent a message that this page cannot read. If this does not pass, reload the page.',
} as const

export const lossText = (loss: Loss): string =>
  loss.cause === 'refused' ? `The server refused: ${loss.reason}` : texts[loss.cause]

const policyViolation = 1008
const firstApplicationCode = 4_000

/** RFC 6455 §7.4: 1008 and the codes from 4000 on are the server's decision; all others are accidents. */
export const lossOf = (close: { code: number; reason: string }, opened: boolean): Loss => {
  if (close.code === policyViolation || close.code >= firstApplicationCode) {
    return { cause: 'refused', reason: close.reason === '' ? `close code ${close.code}` : close.reason }
  }
  return { cause: opened ? 'closed' : 'unreachable' }
}
