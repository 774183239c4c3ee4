import { Refused } from '@cufflink/client'
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
  /** The person was told that a locked line stands on what the command changes: what is sent next says that they know. */
  readonly isToldOfLock?: true
}

export const idleCommand: CommandState = { phase: 'idle' }

export type CommandEvent =
  | { readonly type: 'sent' | 'answered' | 'forgotten' }
  | { readonly type: 'failed'; readonly error: unknown }

export const evolveCommand = (state: CommandState, event: CommandEvent): CommandState => {
  const told = state.isToldOfLock && ({ isToldOfLock: true } as const)
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
      return { phase: 'refused', refusal, ...told, ...(isOfLock && { isToldOfLock: true }) }
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

/** What a command is sent with once it was refused because a locked line stands on what it changes, until it is done. */
export const underLockOf = ({
  isToldOfLock,
}: CommandState): { readonly acknowledgeLocked: true } | undefined =>
  isToldOfLock && { acknowledgeLocked: true }

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
