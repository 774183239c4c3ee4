import { useEffect, useState } from 'react'
import type { CommandState } from '../../ui/form/command-state.ts'
import { useCommand } from '../../ui/form/use-command.ts'
import type { OfPatient } from '../parts.ts'

/** What the server says about a month, as it was told last; asked for again when `version` is another. */
export const useExplanation = (
  params: OfPatient & { month: string },
  version: number,
): { readonly text: string | undefined; readonly state: CommandState } => {
  const [text, setText] = useState<string>()
  const { state, send } = useCommand('explainMonth')
  const { practice, patient, month } = params
  useEffect(() => {
    let over = false
    void send({ params: { practice, patient, month } }).then((sent) => {
      if (sent.done && !over) setText(sent.answer)
    })
    return () => {
      over = true
    }
    // `send` is made again at each render and always the same.
  }, [practice, patient, month, version])
  return { text, state }
}
