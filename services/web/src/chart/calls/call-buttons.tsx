import type { Dispatch } from 'react'
import { useNow } from '../../ui/time/use-now.ts'
import { lengthText } from '../../ui/words.ts'
import { useChart } from '../chart-context.ts'
import type { CallDraft, CallEvent } from './call-draft.ts'

type CallButtonsProps = { draft: CallDraft; dispatch: Dispatch<CallEvent> }

/** Take the two instants of a call from the server’s clock while it goes on. */
export const CallButtons = ({ draft, dispatch }: CallButtonsProps) => {
  const { now } = useChart()
  const { startedAt, endedAt } = draft
  const goesOn = startedAt !== undefined && endedAt === undefined
  const next = goesOn ? 'ended' : 'began'
  const take = () => {
    if (!goesOn) dispatch({ type: 'ended', atMs: undefined })
    dispatch({ type: next, atMs: Math.round(now()), ...(next === 'began' && { goesOn: true }) })
  }
  return (
    <div className="call-buttons">
      <button type="button" className="act" data-tone={goesOn ? 'grave' : 'usual'} onClick={take}>
        {goesOn ? 'End call' : 'Start call'}
      </button>
      {goesOn ? <Lasting since={startedAt} /> : null}
    </div>
  )
}

const Lasting = ({ since }: { since: number }) => {
  useNow()
  return (
    <span role="timer" aria-label="The call lasts">
      {lengthText(useChart().now() - since)}
    </span>
  )
}
