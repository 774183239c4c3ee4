import { Refused } from '@cufflink/contracts/client'
import { violationText } from './violation-text.ts'

/** Why a command was not carried out, in a sentence for people; of an overlap, with what it overlaps. */
export type Refusal = {
  readonly code?: string
  readonly message: string
  readonly conflicts: readonly Readonly<Record<string, unknown>>[]
}

export type CommandState = (
  | { readonly phase: 'idle' | 'sending' | 'done' }
  | { readonly phase: 'refused'; readonly refusal: Refusal }
) & {
  /** The content for which the person was told that a locked line stands on what it changes: sent again, it says that they know. */
  readonly toldOfLock?: string
}

export const idleCommand: CommandState = { phase: 'idle' }

export type CommandEvent =
  | { readonly type: 'sent' | 'answered' | 'forgotten' }
  | { readonly type: 'failed'; readonly error: unknown; readonly content: string }

export const evolveCommand = (state: CommandState, event: CommandEvent): CommandState => {
  const told = state.toldOfLock === undefined ? {} : { toldOfLock: state.toldOfLock }
  switch (event.type) {
    case 'sent':
      return { phase: 'sending', ...told }
    case 'answered':
      return { phase: 'done' }
    case 'forgotten':
      return idleCommand
    case 'failed': {
      const refusal = refusalOf(event.error)
      const isOfLock = refusal.code === 'TIME_LOCKED'
      return { phase: 'refused', refusal, ...(isOfLock ? { toldOfLock: event.content } : told) }
    }
  }
}

export const refusalOf = (error: unknown): Refusal => {
  if (error instanceof Refused) {
    const { code, message, conflicts, violations } = error
    return { code, message: violations.length === 0 ? message : violationText(violations), conflicts }
  }
  return {
    message:
      'The server did not answer, so whether this was done is not known. Sending it again does it once.',
    conflicts: [],
  }
}

/**
 * What a command is sent with once it was refused because a locked line stands on what it changes. Another content may touch another line:
 * the person has not been told of that one.
 */
export const underLockOf = (
  { toldOfLock }: CommandState,
  content: string,
): { readonly acknowledgeLocked: true } | undefined =>
  toldOfLock === content ? { acknowledgeLocked: true } : undefined

export type CommandKeys = {
  /** The key of a command of this content. */
  keyFor(content: string): string
  /** The server said what became of it: the next is another command. */
  answered(): void
}

/** A command that got no answer is sent again under the same key, so that the server does it once. */
export const commandKeys = (newKey: () => string): CommandKeys => {
  let unanswered: { readonly content: string; readonly key: string } | undefined
  return {
    keyFor(content) {
      if (unanswered?.content !== content) unanswered = { content, key: newKey() }
      return unanswered.key
    },
    answered() {
      unanswered = undefined
    },
  }
}
