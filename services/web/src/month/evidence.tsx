import type { AnswerOf } from '@cufflink/contracts'
import { pathOf } from '@cufflink/contracts/client'
import { useState } from 'react'
import { usePlace } from '../ui/form/forms.tsx'
import { RefusalText } from '../ui/form/refusal-text.tsx'
import { useCommand } from '../ui/form/use-command.ts'
import { faultText, wholeText } from './evidence-text.ts'

/** Whether the chain of evidence is whole, and the evidence itself. */
export const Evidence = () => {
  const { practice } = usePlace()
  const { state, send } = useCommand('verifyEvidence')
  const [found, setFound] = useState<AnswerOf<'verifyEvidence'>>()
  const verify = async () => {
    const sent = await send({ params: { practice } })
    if (sent.done) setFound(sent.answer)
  }
  return (
    <section className="evidence" aria-labelledby="evidence">
      <h2 id="evidence">Evidence</h2>
      <div className="form-end">
        <button
          type="button"
          className="act"
          data-tone="quiet"
          aria-disabled={state.phase === 'sending'}
          onClick={() => void verify()}
        >
          {state.phase === 'sending' ? 'Verifying…' : 'Verify evidence'}
        </button>
        <a
          className="act"
          data-tone="quiet"
          href={pathOf('exportEvidence', { practice })}
          download={`evidence-${practice}.jsonl`}
        >
          Export evidence
        </a>
      </div>
      <div role="status" aria-live="polite" data-testid="evidence" data-faults={found?.faults.length}>
        {found === undefined ? null : <p>{wholeText(found)}</p>}
      </div>
      {found === undefined || found.faults.length === 0 ? null : (
        <ul className="faults">
          {found.faults.map((fault) => (
            <li key={`${fault.closing} ${fault.sequence} ${fault.fault}`}>{faultText(fault)}</li>
          ))}
        </ul>
      )}
      {state.phase === 'refused' ? <RefusalText refusal={state.refusal} /> : null}
    </section>
  )
}
