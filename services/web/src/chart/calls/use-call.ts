import { useCallback, useState } from 'react'
import { useDraft } from '../../app/session/use-draft.ts'
import { useWork } from '../../app/timer/work.ts'
import { initialWork } from '../../app/timer/work-state.ts'
import type { CallDraft, CallEvent } from './call-draft.ts'
import { emptyCall, evolveCall, isCallDraft } from './call-draft.ts'

/** A conversation that is being held or written down; it goes on whether its form is open or not. */
export type CallAtHand = {
  readonly draft: CallDraft
  /** The person is in it. */
  readonly goesOn: boolean
  /** A longer one is asked about. */
  readonly longMs: number
  dispatch(event: CallEvent): void
}

export const useCall = (now: () => number): CallAtHand => {
  const [draft, setDraft] = useDraft({
    name: 'call',
    first: () => emptyCall,
    isDraft: isCallDraft,
    isBegun: (call) => JSON.stringify(call) !== JSON.stringify(emptyCall),
  })
  const longMs = useWork()?.longCallMs ?? initialWork.shown.longCallMs
  const { startedAt } = draft
  // One that was forgotten is no presence: its chart may be opened again the next morning.
  const [forgotten] = useState(() =>
    startedAt !== undefined && now() - startedAt >= longMs ? startedAt : undefined,
  )
  const goesOn = draft.goesOn === true && startedAt !== forgotten
  const dispatch = useCallback(
    (event: CallEvent) => setDraft((before) => evolveCall(before, event)),
    [setDraft],
  )
  return { draft, goesOn, longMs, dispatch }
}
