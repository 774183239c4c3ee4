import { errorTable } from '@cufflink/contracts/errors'

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
  loss.cause === 'refused' ? `The server refused: ${sentenceOf(loss.reason)}` : texts[loss.cause]

/** The server gives its reason as a code of the error table. */
const isCode = (reason: string): reason is keyof typeof errorTable => Object.hasOwn(errorTable, reason)
const sentenceOf = (reason: string): string => (isCode(reason) ? errorTable[reason].message : reason)

const policyViolation = 1008
const firstApplicationCode = 4_000

/** RFC 6455 §7.4: 1008, the codes from 4000 on, and a reason of the error table are the server's decision; all others are accidents. */
export const lossOf = (close: { code: number; reason: string }, opened: boolean): Loss => {
  if (close.code === policyViolation || close.code >= firstApplicationCode || isCode(close.reason)) {
    return { cause: 'refused', reason: close.reason === '' ? `close code ${close.code}` : close.reason }
  }
  return { cause: opened ? 'closed' : 'unreachable' }
}
