import type { ChartStretch } from '@cufflink/contracts'
import { ReasonForm } from '../../ui/form/reason-form.tsx'
import { useSaidCommand } from '../../ui/form/use-command.ts'
import { useChart } from '../chart-context.ts'
import { StandingNotice } from '../standing-notice.tsx'
import { useStanding } from '../use-standing.ts'

/** A stretch that does not count after all. */
export const VoidTime = ({ session, onDone }: { session: ChartStretch; onDone: () => void }) => {
  const { params } = useChart()
  const { state, send } = useSaidCommand('voidTime', 'Time voided.', onDone)
  const standing = useStanding(session)
  const { startedAt, clinician, version, session: id } = standing.basis
  return (
    <>
      <StandingNotice {...standing} />
      <ReasonForm
        submit="Void this time"
        state={state}
        onCancel={onDone}
        onReason={async (reason) => {
          if (id === undefined) return false
          return send({
            params: { ...params, session: id },
            body: { startedAt, clinician, version, reason },
          })
        }}
      />
    </>
  )
}
