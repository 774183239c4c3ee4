import type { AnswerOf, OperationName } from '@cufflink/contracts'
import { Refused } from '@cufflink/contracts/client'
import { useReducer, useState } from 'react'
import { api } from '../../app/session/api.ts'
import type { CommandState } from './command-state.ts'
import { commandKeys, evolveCommand, idleCommand, underLockOf } from './command-state.ts'
import { useSay } from './forms.tsx'

type Input<Name extends OperationName> = Parameters<typeof api.call<Name>>[1]
export type Sent<Answer> = { readonly done: true; readonly answer: Answer } | { readonly done: false }

export type Command<Name extends OperationName> = {
  readonly state: CommandState
  /** Never rejects: what was refused is in `state`. */
  send(input: Input<Name>): Promise<Sent<AnswerOf<Name>>>
  forget(): void
}

/**
 * An operation of the console, and what became of it when it was asked for last. One that was refused because of a locked line, and is sent
 * again as it was, goes with word that the person knows: the button of its form says so.
 */
export const useCommand = <Name extends OperationName>(name: Name): Command<Name> => {
  const [state, dispatch] = useReducer(evolveCommand, idleCommand)
  const [keys] = useState(() => commandKeys(() => crypto.randomUUID()))
  return {
    state,
    async send(given) {
      dispatch({ type: 'sent' })
      const content = JSON.stringify(given)
      const underLock = underLockOf(state, content)
      // Only an operation whose body may say so is refused like that.
      const { body } = given as { body?: object }
      const input = underLock ? { ...given, body: { ...body, ...underLock } } : given
      try {
        const commandKey = keys.keyFor(JSON.stringify(input))
        const answer = await api.call(name, { ...input, commandKey })
        keys.answered()
        dispatch({ type: 'answered' })
        return { done: true, answer }
      } catch (error) {
        if (error instanceof Refused) keys.answered()
        dispatch({ type: 'failed', error, content })
        return { done: false }
      }
    },
    forget: () => dispatch({ type: 'forgotten' }),
  }
}

type SaidCommand<Name extends OperationName> = {
  readonly state: CommandState
  /** Resolves with whether it was done. */
  send(input: Input<Name>): Promise<boolean>
}

/** A command that says so when it was carried out, and then is done with. */
export const useSaidCommand = <Name extends OperationName>(
  name: Name,
  said: string,
  onDone: () => void,
): SaidCommand<Name> => {
  const { state, send } = useCommand(name)
  const say = useSay()
  return {
    state,
    async send(input) {
      const { done } = await send(input)
      if (!done) return false
      say(said)
      onDone()
      return true
    },
  }
}
