import type { ChartStretch } from '@cufflink/contracts'
import { useState } from 'react'
import { useDraft } from '../../app/session/use-draft.ts'
import { Form } from '../../ui/form/form.tsx'
import { useSaidCommand } from '../../ui/form/use-command.ts'
import { useChart } from '../chart-context.ts'
import { StandingNotice } from '../standing-notice.tsx'
import { useStanding } from '../use-standing.ts'
import { stretchKey } from './stretch-text.ts'
import { draftOf, isTimeBegun, isTimeDraft, stretchOf } from './time-draft.ts'
import { TimeFields } from './time-fields.tsx'

type CorrectionProps = { session: ChartStretch; onDone: () => void }

/** What the stretch was instead. What it was stays on the ledger. */
export const AmendTime = ({ session, onDone }: CorrectionProps) => {
  const { params, zone } = useChart()
  const { state, send } = useSaidCommand('amendTime', 'Time amended.', onDone)
  const standing = useStanding(session)
  const { basis } = standing
  const [first] = useState(() => draftOf(session, zone))
  const [draft, setDraft, discard] = useDraft({
    name: `amend ${stretchKey(session)} ${session.version}`,
    first: () => first,
    isDraft: isTimeDraft,
    isBegun: (typed) => isTimeBegun(typed, first),
  })
  const stretch = stretchOf(draft, zone, basis)
  const onSubmit = async () => {
    if (typeof stretch !== 'object' || basis.session === undefined) return false
    const { startedAt, clinician, version } = basis
    const { program, category } = draft
    const reason = draft.reason.trim()
    const body = { startedAt, clinician, version, ...stretch, program, category, reason }
    const done = await send({ params: { ...params, session: basis.session }, body })
    if (done) discard()
    return done
  }
  return (
    <Form
      submit="Amend"
      state={state}
      onCancel={() => {
        discard()
        onDone()
      }}
      onSubmit={onSubmit}
    >
      <StandingNotice {...standing} />
      <TimeFields
        draft={draft}
        stretch={stretch}
        onChange={(change) => setDraft((before) => ({ ...before, ...change }))}
        reasonHint="It stays on the ledger, with what it was"
      />
    </Form>
  )
}
