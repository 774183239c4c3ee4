import { useChart } from './chart-context.ts'
import { standingText } from './time/stretch-text.ts'
import type { Standing } from './use-standing.ts'

/** Shown when someone else changed what is being corrected: how it stands now, and the choice to go on from there. */
export const StandingNotice = ({ changed, accept }: Standing) => {
  const { zone } = useChart()
  if (changed === undefined) return null
  return (
    <div className="standing" role="alert" data-testid="standing">
      <p>
        Someone changed this meanwhile. It now is <b>{standingText(changed, zone)}</b>
        {changed.reason === undefined ? null : (
          <>
            : “<bdi>{changed.reason}</bdi>”
          </>
        )}
        .
      </p>
      {changed.voided ? null : (
        <button type="button" className="act" data-tone="quiet" data-size="small" onClick={accept}>
          Go on from there
        </button>
      )}
    </div>
  )
}
